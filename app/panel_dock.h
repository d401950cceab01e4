// The frame around one panel: a title line with which the panel can be dragged, floated, enlarged and put
// back.
#pragma once

#include <QDockWidget>

class QLabel;
class QToolButton;

namespace keyhole {

class Panel;

class PanelDock : public QDockWidget {
  Q_OBJECT

 public:
  // Takes the panel.
  explicit PanelDock(Panel* panel, QWidget* parent = nullptr);

  Panel* panel() const { return m_panel; }

  // The enlarge button shows what it would do next.
  void setEnlarged(bool enlarged);

 signals:
  // The enlarge button, or a double click on the title.
  void enlargeToggled();
  // The close button: the user does not want to see this panel.
  void closedByUser();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QWidget* buildTitleLine();
  QToolButton* addButton(QWidget* line, const QString& text, const QString& help);

  Panel* m_panel;
  QToolButton* m_enlarge = nullptr;
};

}  // namespace keyhole
