#include "widgets/plots/recording_panel.h"

#include "core/fitting/parameter_count.h"
#include "core/observation/summary/summary_words.h"

#include <QTextBrowser>
#include <QTextDocument>
#include <QVBoxLayout>
#include <qcustomplot.h>

namespace keyhole {
namespace {

QString cell(const std::string& text) {
  return QString::fromStdString(text).toHtmlEscaped();
}

// What the shown fit makes of the recording's size.
QStringList ofTheFit(const Experiment& experiment) {
  if (!experiment.fit || !hasParameters(experiment.fit->student.summary.status)) return {};
  const std::string warning =
      parametersWarning(*experiment.teacher->summary, parameterCount(experiment.fit->student));
  return warning.empty() ? QStringList() : QStringList{QString::fromStdString(warning)};
}

QString countLine(const Experiment& experiment) {
  if (!experiment.fit || !hasParameters(experiment.fit->student.summary.status)) return {};
  const Index count = parameterCount(experiment.fit->student);
  return QObject::
      tr("<tr><td>Parameters of the fit&nbsp;&nbsp;</td><td>%1, %2 independent numbers for each</td></tr>")
          .arg(count)
          .arg(QString::number(samplesPerParameter(*experiment.teacher->summary, count), 'g', 2));
}

}  // namespace

QString recordingHtml(const RecordingSummary& summary, const QStringList& further, const Theme& theme) {
  QString text;
  const auto warn = [&](const QString& sentence) {
    text += QStringLiteral("<p style='margin:0 0 4px 0'><span style='color:%1'>▲</span> %2</p>")
                .arg(theme.teacher.name(), sentence.toHtmlEscaped());
  };
  for (const std::string& warning : summary.warnings) warn(QString::fromStdString(warning));
  for (const QString& sentence : further) warn(sentence);
  text += "<table cellspacing='0' cellpadding='1'>";
  for (const auto& [name, value] : summaryLines(summary))
    text += QStringLiteral("<tr><td style='color:%1'>%2&nbsp;&nbsp;</td><td>%3</td></tr>")
                .arg(theme.muted.name(), cell(name), cell(value));
  return text + "</table>";
}

RecordingPanel::RecordingPanel(QWidget* parent)
    : Panel("recording", tr("Recording"), parent), m_page(new QTextBrowser(this)) {
  setAccessibleDescription(tr(
      "What the recording is: units, trials, rates, autocorrelation, effective samples, and what endangers a "
      "fit."));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_page);
  m_page->setFrameShape(QFrame::NoFrame);
  m_page->setObjectName("page");
  m_page->viewport()->installEventFilter(this);
  applyTheme();
}

bool RecordingPanel::speaksFor(const Experiment& experiment) const {
  return experiment.teacher && experiment.teacher->summary;
}

QString RecordingPanel::html() const {
  if (!experiment() || !speaksFor(*experiment())) return {};
  QString text = recordingHtml(*experiment()->teacher->summary, ofTheFit(*experiment()), theme());
  return text.replace("</table>", countLine(*experiment()) + "</table>");
}

void RecordingPanel::showExperiment(const Experiment&) {
  const QString text = html();
  if (text != m_page->property("shown").toString()) m_page->setHtml(text);
  m_page->setProperty("shown", text);
}

void RecordingPanel::applyTheme() {
  QFont font = theme().font();
  m_page->setFont(font);
  QPalette own = m_page->palette();
  own.setColor(QPalette::Base, theme().background);
  own.setColor(QPalette::Text, theme().foreground);
  m_page->setPalette(own);
  m_page->setProperty("shown", QString());
}

QString RecordingPanel::text() const {
  return m_page->toPlainText();
}

bool RecordingPanel::eventFilter(QObject* watched, QEvent* event) {
  // After the paint that is about to come.
  if (event->type() == QEvent::Paint) QMetaObject::invokeMethod(this, &Panel::painted, Qt::QueuedConnection);
  return Panel::eventFilter(watched, event);
}

std::vector<PanelData> RecordingPanel::data() const {
  if (!experiment() || !speaksFor(*experiment())) return {};
  const RecordingSummary& summary = *experiment()->teacher->summary;
  PanelData units{"recording-units",
                  {"unit", summary.counts && summary.seconds > 0 ? "rate" : "mean", "deviation"},
                  Matrix(summary.units, 3)};
  units.rows << Vector::LinSpaced(summary.units, 1, static_cast<double>(summary.units)), summary.means,
      summary.deviations;
  PanelData parts{"recording-components",
                  {"component", "share", "autocorrelation_time", "effective_samples"},
                  Matrix(static_cast<Index>(summary.components.size()), 4)};
  for (std::size_t i = 0; i < summary.components.size(); ++i) {
    const auto& part = summary.components[i];
    parts.rows.row(static_cast<Index>(i)) << static_cast<double>(i + 1), part.share, part.autocorrelationTime,
        part.effectiveSamples;
  }
  return {units, parts};
}

void RecordingPanel::renderTo(QCPPainter& painter, QSize size) {
  QTextDocument document;
  document.setDefaultFont(theme().font());
  document.setDocumentMargin(2);
  document.setTextWidth(size.width());
  document.setHtml(html());
  painter.save();
  painter.setClipRect(QRect(QPoint(0, 0), size));
  const double scale = std::min(1.0, size.height() / std::max(document.size().height(), 1.0));
  painter.scale(scale, scale);
  document.drawContents(&painter);
  painter.restore();
}

}  // namespace keyhole
