#include "widgets/plots/figure.h"

#include "core/common/error.h"
#include "core/io/delimited.h"
#include "core/io/file_bytes.h"
#include "widgets/plots/panels.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QPdfWriter>
#include <qcustomplot.h>

#include <cmath>

namespace keyhole {
namespace {

constexpr double kPointsPerMm = 72.0 / 25.4;
constexpr double kSingleWidthMm = 89;
constexpr int kMargin = 4;    // points around all panels
constexpr int kGap = 8;       // points between panels
constexpr int kTitle = 12;    // points above every panel, for its letter and title
constexpr int kVerdict = 30;  // points below all panels

using OwnedPanel = std::unique_ptr<Panel>;

// Fresh panels in print dress; the window's own are left alone.
std::vector<OwnedPanel> printedPanels(const std::shared_ptr<const Experiment>& experiment,
                                      const QString& only) {
  if (!only.isEmpty() && !panelNames().contains(only))
    throw InputError("there is no panel \"" + only.toStdString() +
                     "\"; allowed: " + panelNames().join(", ").toStdString());
  std::vector<OwnedPanel> panels;
  for (const QString& name : only.isEmpty() ? panelNames() : QStringList{only}) {
    if (only.isEmpty() && optionalPanelNames().contains(name)) continue;
    OwnedPanel panel(makePanel(name, nullptr));
    if (!panel->speaksFor(*experiment)) continue;
    panel->setTheme(Theme::print());
    panel->setExperiment(experiment);
    if (!only.isEmpty()) panel->complete();
    if (panel->data().empty())
      continue;  // what is computed beside the experiment takes too long for a whole figure
    panels.push_back(std::move(panel));
  }
  if (panels.empty())
    throw InputError("the panel \"" + only.toStdString() +
                     "\" has nothing to show for this experiment; allowed: a panel that has");
  return panels;
}

struct Placed {
  Panel* panel;
  QRect place;  // in points, without the title
};

struct Page {
  QSize size;  // points
  std::vector<Placed> panels;
  QString caption;  // in the last kVerdict points, if any
};

int rowHeight(const QString& name) {
  if (name.endsWith("flow") || name == "eigenvalues") return 150;
  if (name == "scores") return 165;
  return name == "task" || name == "segments" ? 90 : 125;
}

// Rows as in the window: flows and eigenvalues; activity, limit sets, time constants; the task.
Page layOut(const std::vector<OwnedPanel>& panels, double widthMm) {
  const QList<QStringList> rows = {{"teacher-flow", "student-flow", "eigenvalues"},
                                   {"curve"},
                                   {"activity", "time-constants"},
                                   {"teacher-limit-sets", "student-limit-sets"},
                                   {"task"},
                                   {"segments"},
                                   {"scores", "objective"},
                                   {"transient-growth", "singular-overlaps"}};
  Page page;
  const int width = static_cast<int>(widthMm * kPointsPerMm) - 2 * kMargin;
  int y = kMargin;
  for (const auto& names : rows) {
    std::vector<Panel*> row;
    for (const auto& panel : panels)
      if (names.contains(panel->name())) row.push_back(panel.get());
    if (row.empty()) continue;
    const int count = static_cast<int>(row.size());
    const int each = (width - kGap * (count - 1)) / count;
    const int height = panels.size() == 1 ? each * 3 / 4 : rowHeight(row.front()->name());
    for (int i = 0; i < count; ++i)
      page.panels.push_back(
          {row[static_cast<std::size_t>(i)], QRect(kMargin + i * (each + kGap), y + kTitle, each, height)});
    y += kTitle + height + kGap;
  }
  page.size = QSize(width + 2 * kMargin, y - kGap + kMargin + (panels.size() == 1 ? 0 : kVerdict));
  return page;
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
  return QString::fromStdString(experiment.verdict.sentence) + "  (" + gauges.join(", ") + ")";
}

void drawPage(QCPPainter& painter, const Page& page) {
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
  const QRect line(kMargin, page.size.height() - kVerdict, page.size.width() - 2 * kMargin,
                   kVerdict - kMargin);
  painter.drawText(line, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, page.caption);
}

// The only part of the file that depends on the moment of writing.
void fixDate(QByteArray& pdf) {
  const QByteArray key = "/CreationDate (D:";
  const qsizetype at = pdf.indexOf(key);
  if (at < 0) return;
  for (qsizetype i = at + key.size(), digits = 0;
       i < pdf.size() && digits < 14 && pdf[i] >= '0' && pdf[i] <= '9'; ++i, ++digits)
    pdf[i] = "20000101000000"[digits];
}

QByteArray pdfBytes(const Page& page) {
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
  fixDate(bytes);
  return bytes;
}

QByteArray pngBytes(const Page& page, int dpi) {
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

void writePage(const Page& page, const QString& path, int dpi) {
  const QByteArray bytes = endingOf(path) == "pdf" ? pdfBytes(page) : pngBytes(page, dpi);
  writeFileAtomically(path.toStdString(),
                      std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

}  // namespace

void writeFigure(const std::shared_ptr<const Experiment>& experiment, const QString& path,
                 const FigureOptions& options) {
  endingOf(path);  // told before anything is drawn
  const auto panels = printedPanels(experiment, options.panel);
  Page page = layOut(panels, options.panel.isEmpty() ? options.widthMm : kSingleWidthMm);
  if (panels.size() > 1) page.caption = verdictOf(*experiment);
  writePage(page, path, options.dpi);
}

void writePanelFigure(Panel& panel, const QString& path, const QString& caption, int dpi) {
  const int width = static_cast<int>(kSingleWidthMm * kPointsPerMm) - 2 * kMargin, height = width * 3 / 4;
  const int below = caption.isEmpty() ? 0 : kVerdict;
  writePage({QSize(width + 2 * kMargin, kTitle + height + 2 * kMargin + below),
             {{&panel, QRect(kMargin, kMargin + kTitle, width, height)}},
             caption},
            path, dpi);
}

void writeFigureData(const std::shared_ptr<const Experiment>& experiment, const QString& folder,
                     const QString& panel) {
  const auto panels = printedPanels(experiment, panel);
  createFolder(folder.toStdString());
  for (const auto& shown : panels)
    for (const auto& table : shown->data()) {
      std::vector<std::string> columns;
      for (const QString& column : table.columns) columns.push_back(column.toStdString());
      writeFileAtomically((folder + "/" + table.name + ".csv").toStdString(),
                          delimitedBytes(columns, table.rows));
    }
}

}  // namespace keyhole
