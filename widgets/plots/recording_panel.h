// The page of a recording: what it is, and what of it endangers the fit, in words.
#pragma once

#include "widgets/plots/panel.h"

class QTextBrowser;

namespace keyhole {

class RecordingPanel : public Panel {
  Q_OBJECT

 public:
  explicit RecordingPanel(QWidget* parent);

  bool speaksFor(const Experiment& experiment) const override;
  std::vector<PanelData> data() const override;
  void renderTo(QCPPainter& painter, QSize size) override;
  QString text() const;  // without its marks

 protected:
  void showExperiment(const Experiment& experiment) override;
  void applyTheme() override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QString html() const;

  QTextBrowser* m_page;
};

// The summary as a table, what endangers a fit above it. further: sentences beside those of the summary.
QString recordingHtml(const RecordingSummary& summary, const QStringList& further, const Theme& theme);

}  // namespace keyhole
