#include "widgets/plots/figure.h"

#include "core/common/error.h"
#include "core/experiment/studies/claim_errors.h"
#include "core/io/delimited.h"
#include "core/io/file_bytes.h"
#include "core/report/json_text.h"
#include "core/report/run_record.h"
#include "widgets/plots/figure_layout.h"
#include "widgets/plots/panels.h"
#include "widgets/plots/pdf_bytes.h"

#include <QBuffer>
#include <QFileInfo>
#include <QFontMetrics>
#include <QImage>
#include <QPdfWriter>
#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kPointsPerMm = 72.0 / 25.4;
constexpr double kSingleWidthMm = 89;
constexpr int kMargin = FigurePage::kMargin, kTitle = FigurePage::kTitle, kVerdict = FigurePage::kVerdict;

int pointsOf(double mm) {
  return static_cast<int>(mm * kPointsPerMm);
}

// Whether a figure of this panel alone, or of all, holds it.
bool belongs(const PanelRow& row, const QString& only) {
  return only.isEmpty() ? row.shown != PanelShown::onceItIsWanted : only == row.name;
}

void requirePanel(const QString& name) {
  if (!name.isEmpty() && !panelRow(name))
    throw InputError("there is no panel \"" + name.toStdString() +
                     "\"; allowed: " + panelNames().join(", ").toStdString());
}

void drawTitle(QCPPainter& painter, const QRect& place, const QString& letter, const QString& title) {
  QFont font = Theme::print().font();
  const QRect line(place.left(), place.top() - kTitle, place.width(), kTitle);
  painter.setPen(Qt::black);
  font.setBold(true);
  font.setPixelSize(9);
  painter.setFont(font);
  painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, letter);
  font.setBold(false);
  font.setPixelSize(7);
  painter.setFont(font);
  painter.drawText(line.adjusted(12, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, title);
}

QString verdictOf(const Experiment& experiment) {
  QStringList gauges;
  if (const auto& student = experiment.studentAnalysis) {
    const auto add = [&gauges](const QString& name, double value) {
      if (std::isfinite(value)) gauges.append(name.arg(value, 0, 'f', 2));
    };
    add(QObject::tr("fits the data %1"), student->fitsTheData);
    add(QObject::tr("has the teacher's dynamics %1"), student->hasTheDynamics);
  }
  gauges.append(QObject::tr("seed %1").arg(experiment.settings.integer("teacher.seed")));
  QString text = QString::fromStdString(experiment.verdict.sentence);
  if (const auto& claim = experiment.claim)
    for (const std::string& sentence : claimSentences(claim->errors, claim->summary, claim->memory))
      text += " " + QString::fromStdString(sentence);
  return text + "  (" + gauges.join(", ") + ")";
}

// The page, with room for kVerdict below its panels, grows by what a longer caption needs.
void addCaption(FigurePage& page, const QString& caption) {
  page.caption = caption;
  const QRect wide(0, 0, page.size.width() - 2 * kMargin, 10000);
  const QRect needed = QFontMetrics(Theme::print().font())
                           .boundingRect(wide, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, caption);
  page.captionRoom = std::max(kVerdict, needed.height() + 2 * kMargin);
  page.size.rheight() += page.captionRoom - kVerdict;
}

void drawPage(QCPPainter& painter, const FigurePage& page) {
  painter.fillRect(QRect(QPoint(0, 0), page.size), Qt::white);
  char letter = 'a';
  for (const auto& placed : page.panels) {
    if (page.panels.size() > 1)
      drawTitle(painter, placed.place, QString(QChar(letter++)), placed.panel->title());
    painter.save();
    painter.translate(placed.place.topLeft());
    placed.panel->renderTo(painter, placed.place.size());
    painter.restore();
  }
  if (page.caption.isEmpty()) return;
  painter.setPen(Qt::black);
  painter.setFont(Theme::print().font());
  const QRect line(kMargin, page.size.height() - page.captionRoom, page.size.width() - 2 * kMargin,
                   page.captionRoom - kMargin);
  painter.drawText(line, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, page.caption);
}

QByteArray pdfBytes(const FigurePage& page) {
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  {
    QPdfWriter writer(&buffer);
    writer.setCreator("Keyhole");
    writer.setTitle(QObject::tr("Keyhole figure"));
    writer.setPageSize(QPageSize(QSizeF(page.size), QPageSize::Point, {}, QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF());
    writer.setResolution(1200);
    QCPPainter painter;
    painter.begin(&writer);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    painter.setMode(QCPPainter::pmNonCosmetic);
    painter.scale(1200.0 / 72, 1200.0 / 72);
    drawPage(painter, page);
    painter.end();
  }
  QByteArray bytes = buffer.data();
  fixPdfDate(bytes);
  return bytes;
}

QByteArray pngBytes(const FigurePage& page, int dpi) {
  const double scale = dpi / 72.0;
  QImage image((QSizeF(page.size) * scale).toSize(), QImage::Format_RGB32);
  image.fill(Qt::white);
  image.setDotsPerMeterX(static_cast<int>(dpi / 0.0254));
  image.setDotsPerMeterY(static_cast<int>(dpi / 0.0254));
  QCPPainter painter(&image);
  painter.setMode(QCPPainter::pmNoCaching);
  painter.setMode(QCPPainter::pmNonCosmetic);
  painter.scale(scale, scale);
  drawPage(painter, page);
  painter.end();
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  return buffer.data();
}

QString endingOf(const QString& path) {
  const QString ending = QFileInfo(path).suffix().toLower();
  if (ending != "pdf" && ending != "png")
    throw InputError("the figure " + path.toStdString() + " has the ending \"" + ending.toStdString() +
                     "\"; allowed: .pdf, .png");
  return ending;
}

void writePage(const FigurePage& page, const QString& path, int dpi) {
  const QByteArray bytes = endingOf(path) == "pdf" ? pdfBytes(page) : pngBytes(page, dpi);
  writeFileAtomically(path.toStdString(),
                      std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

}  // namespace

Figure::Figure(const std::shared_ptr<const Experiment>& experiment, const FigureOptions& options)
    : m_settings(experiment->settings), m_dpi(options.dpi) {
  requirePanel(options.panel);
  const bool single = !options.panel.isEmpty();
  for (const PanelRow& row : panelTable()) {
    if (!belongs(row, options.panel)) continue;
    // Fresh panels in print dress; the window's own are left alone.
    std::unique_ptr<Panel> panel(row.make(nullptr));
    if (!panel->speaksFor(*experiment)) continue;
    panel->setTheme(Theme::print());
    panel->setExperiment(experiment);
    // What is computed beside the experiment from nothing takes too long for a whole figure.
    if (panel->data().empty() && !(single && panel->missingFor({}))) continue;
    m_panels.push_back(std::move(panel));
  }
  if (m_panels.empty())
    throw InputError("the panel \"" + options.panel.toStdString() +
                     "\" has nothing to show for this experiment; allowed: a panel that has");
  std::vector<Panel*> panels;
  for (const auto& panel : m_panels) panels.push_back(panel.get());
  m_page =
      std::make_unique<FigurePage>(layOutFigure(panels, pointsOf(single ? kSingleWidthMm : options.widthMm)));
  if (panels.size() > 1) addCaption(*m_page, verdictOf(*experiment));
}

Figure::~Figure() = default;

QStringList Figure::panels() const {
  QStringList names;
  for (const auto& placed : m_page->panels) names.append(placed.panel->name());
  return names;
}

std::vector<Panel::Work> Figure::missing() const {
  std::vector<Panel::Work> all;
  for (const auto& placed : m_page->panels)
    if (auto work = placed.panel->missingFor(placed.place.size())) all.push_back(std::move(work));
  return all;
}

void Figure::complete(Progress& progress) {
  for (const Panel::Work& work : missing()) work(progress)();
}

void Figure::write(const QString& path) {
  endingOf(path);  // told before anything is computed or drawn
  complete();
  writePage(*m_page, path, m_dpi);
}

void Figure::writeData(const QString& folder) {
  complete();
  createFolder(folder.toStdString());
  writeFileAtomically((folder + "/run.json").toStdString(), jsonText(runRecord(m_settings)));
  for (const auto& placed : m_page->panels)
    for (const auto& table : placed.panel->data()) {
      std::vector<std::string> columns;
      for (const QString& column : table.columns) columns.push_back(column.toStdString());
      writeFileAtomically((folder + "/" + table.name + ".csv").toStdString(),
                          delimitedBytes(columns, table.rows));
    }
}

void writePanelFigure(Panel& panel, const QString& path, const QString& caption, const PanelShape& shape) {
  const int width = pointsOf(shape.widthMm) - 2 * kMargin,
            height = static_cast<int>(width * shape.heightToWidth);
  const int below = caption.isEmpty() ? 0 : kVerdict;
  FigurePage page{QSize(width + 2 * kMargin, kTitle + height + 2 * kMargin + below),
                  {{&panel, QRect(kMargin, kMargin + kTitle, width, height)}},
                  {}};
  if (!caption.isEmpty()) addCaption(page, caption);
  writePage(page, path, shape.dpi);
}

}  // namespace keyhole
