// A line of text that is committed as a whole: Return or leaving the field commits, Escape brings the value
// back.
#pragma once

#include <QLineEdit>

namespace keyhole {

class ValueField : public QLineEdit {
  Q_OBJECT

 public:
  explicit ValueField(QWidget* parent = nullptr);

  // Shows the text of the current value. What the user typed stays if that text is the one shown before:
  // another setting's change must not take away what is being typed here.
  void showText(const QString& text);

  // Makes the field as wide as so many digits, whatever the font; 0 (the default): as wide as there is room.
  void setCharacters(int count);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

  // Marks what was typed as refused; it stays to be corrected.
  void refuse();
  void accept() { setRefused(false); }
  bool isRefused() const { return m_refused; }

 signals:
  void committed(const QString& text);
  void reverted();

 protected:
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  void commit();
  void revert();
  void setRefused(bool refused);

  QString m_valueText;
  bool m_refused = false;
  int m_characters = 0;
};

// The colour of text that names a problem, readable on the palette's base.
QColor problemColour(const QPalette& palette);

}  // namespace keyhole
