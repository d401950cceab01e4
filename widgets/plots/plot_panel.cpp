#include "widgets/plots/plot_panel.h"

#include <QToolTip>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace keyhole {

PlotPanel::PlotPanel(QString name, QString title, QWidget* parent)
    : Panel(std::move(name), std::move(title), parent), m_plot(new QCustomPlot(this)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(m_plot);
  m_plot->hide();  // there is nothing to see before the first experiment
  m_plot->setNoAntialiasingOnDrag(true);
  // All panels of a picture are painted at once, each from one buffer.
  m_plot->setPlottingHints(QCP::phCacheLabels);
  m_plot->layer("overlay")->setMode(QCPLayer::lmLogical);
  m_plot->setMouseTracking(true);
  m_plot->plotLayout()->setMargins({});
  m_message = new QCPItemText(m_plot);
  m_message->setPositionAlignment(Qt::AlignCenter);
  m_message->position->setType(QCPItemPosition::ptAxisRectRatio);
  m_message->position->setCoords(0.5, 0.5);
  m_message->setVisible(false);
  connect(m_plot, &QCustomPlot::beforeReplot, this, [this] {
    thinTicks();
    adaptTo(m_plot->size());
  });
  connect(m_plot, &QCustomPlot::afterReplot, this, &Panel::painted);
  connect(m_plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent* event) {
    const QPointF pixel = event->position();
    const bool inside = m_plot->axisRect()->rect().contains(pixel.toPoint());
    const QString text = inside ? describe(m_plot->xAxis->pixelToCoord(pixel.x()),
                                           m_plot->yAxis->pixelToCoord(pixel.y()), pixel)
                                : QString();
    emit hovered(text);
    if (text.isEmpty())
      QToolTip::hideText();
    else
      QToolTip::showText(event->globalPosition().toPoint(), text, m_plot);
  });
  connect(m_plot, &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && m_plot->axisRect()->rect().contains(event->pos()))
      clicked(m_plot->xAxis->pixelToCoord(event->position().x()),
              m_plot->yAxis->pixelToCoord(event->position().y()));
  });
}

void PlotPanel::leaveEvent(QEvent* event) {
  Panel::leaveEvent(event);
  if (m_plot->isVisible()) emit hovered(QString());
}

void PlotPanel::styleAxis(QCPAxis* axis, bool withLabels) const {
  const QPen pen(theme().foreground, 0.75 * theme().lineWidth);
  axis->setBasePen(pen);
  axis->setTickPen(pen);
  axis->setSubTickPen(Qt::NoPen);
  axis->grid()->setVisible(false);
  axis->setTickLabelFont(theme().font());
  axis->setLabelFont(theme().font());
  axis->setTickLabelColor(theme().foreground);
  axis->setLabelColor(theme().foreground);
  axis->setTickLengthIn(0);
  axis->setTickLengthOut(theme().fontPixels / 3);
  axis->setTickLabelPadding(2);
  axis->setLabelPadding(std::max(theme().fontPixels / 4, 1));
  axis->setTickLabels(withLabels);
}

// As many ticks as there is room for their labels, four at most.
void PlotPanel::thinTicks() {
  for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis, m_plot->yAxis2}) {
    const bool upright = axis->orientation() == Qt::Vertical;
    const QRect place = axis->axisRect()->rect();
    const int room = upright ? place.height() / 2 : place.width() / 5;
    axis->ticker()->setTickCount(std::clamp(room / std::max(theme().fontPixels, 1), 1, 4));
  }
}

QCPLegend* PlotPanel::legendAbove() {
  if (m_legendRow) return m_plot->legend;
  if (m_plot->legend)
    m_plot->axisRect()->insetLayout()->take(m_plot->legend);
  else
    m_plot->legend = new QCPLegend;
  m_legendRow = new QCPLayoutInset;
  m_plot->plotLayout()->insertRow(0);
  m_plot->plotLayout()->addElement(0, 0, m_legendRow);
  m_plot->plotLayout()->setRowSpacing(0);
  m_legendRow->addElement(m_plot->legend, Qt::AlignRight | Qt::AlignVCenter);
  m_plot->legend->setLayer("legend");
  m_plot->legend->setFillOrder(QCPLegend::foColumnsFirst);
  m_plot->legend->setVisible(true);
  return m_plot->legend;
}

void PlotPanel::styleLegend() const {
  if (!m_legendRow) return;
  QCPLegend* legend = m_plot->legend;
  legend->setFont(theme().font());
  legend->setTextColor(theme().foreground);
  for (int i = 0; i < legend->itemCount(); ++i) {
    QCPAbstractLegendItem* item = legend->item(i);
    if (!item) continue;  // an empty place in the last of several rows
    item->setFont(theme().font());
    item->setTextColor(theme().foreground);
  }
  legend->setBrush(Qt::NoBrush);
  legend->setBorderPen(Qt::NoPen);
  legend->setIconSize(static_cast<int>(1.6 * theme().fontPixels), theme().fontPixels);
  legend->setIconTextPadding(theme().fontPixels / 3);
  legend->setColumnSpacing(theme().fontPixels);
  legend->setRowSpacing(0);
  legend->setMargins(QMargins(0, 0, theme().fontPixels / 2, 0));
}

void PlotPanel::adaptTo(QSize size) {
  if (m_legendRow) fitLegend(size.width());
  // Beside the numbers and the name of the other axis.
  const int room =
      size.height() - 3 * theme().fontPixels - (m_legendRow ? m_legendRow->minimumSize().height() : 0);
  for (QCPAxis* axis : {m_plot->yAxis, m_plot->yAxis2}) fitLabel(*axis, room);
}

// On two lines if it is longer than that.
void PlotPanel::fitLabel(QCPAxis& axis, int room) const {
  QString label = axis.label().replace('\n', ' ');
  if (QFontMetrics(axis.labelFont()).horizontalAdvance(label) > room) {
    const qsizetype after = label.indexOf(' ', label.size() / 2),
                    before = label.lastIndexOf(' ', label.size() / 2);
    const bool later = before < 0 || (after >= 0 && after - label.size() / 2 < label.size() / 2 - before);
    if (const qsizetype at = later ? after : before; at >= 0) label[at] = '\n';
  }
  if (label != axis.label()) axis.setLabel(label);
}

namespace {

// How wide the legend is with so many entries in a row.
int widthOf(const QCPLegend& legend, const QList<QCPAbstractLegendItem*>& items, int columns) {
  QList<int> widths(columns, 0);
  for (qsizetype i = 0; i < items.size(); ++i)
    widths[i % columns] = std::max(widths[i % columns], items[i]->minimumOuterSizeHint().width());
  int whole = legend.margins().left() + legend.margins().right() + (columns - 1) * legend.columnSpacing();
  for (const int width : widths) whole += width;
  return whole;
}

}  // namespace

// As many rows as it takes for all entries to be seen.
void PlotPanel::fitLegend(int width) {
  QCPLegend* legend = m_plot->legend;
  QList<QCPAbstractLegendItem*> items;
  for (int i = 0; i < legend->itemCount(); ++i)
    if (QCPAbstractLegendItem* item = legend->item(i)) items.append(item);  // there are empty places
  const int count = static_cast<int>(items.size());
  if (count == 0) return;
  int columns = count;
  while (columns > 1 && widthOf(*legend, items, columns) > width) --columns;
  const int rows = (count + columns - 1) / columns;
  if (legend->columnCount() != columns || legend->rowCount() != rows) {
    legend->setWrap(columns);
    legend->setFillOrder(QCPLegend::foColumnsFirst, true);
  }
  const int height = rows * theme().fontPixels * 3 / 2;
  m_legendRow->setMinimumSize(0, height);
  m_legendRow->setMaximumSize(QWIDGETSIZE_MAX, height);
}

void PlotPanel::applyTheme() {
  m_plot->setBackground(theme().background);
  styleAxis(m_plot->xAxis, true);
  styleAxis(m_plot->yAxis, true);
  m_plot->axisRect()->setMinimumMargins(QMargins(2, theme().fontPixels / 2, theme().fontPixels / 2, 2));
  styleLegend();
  m_message->setFont(theme().font());
  m_message->setColor(theme().muted);
  for (QCPItemText* note : std::as_const(m_notes)) {
    note->setFont(theme().font());
    note->setColor(theme().foreground);
  }
}

QCPGraph* PlotPanel::addLine(const QPen& pen, const QString& name) {
  QCPGraph* graph = m_plot->addGraph();
  graph->setPen(pen);
  graph->setName(name);
  graph->setAdaptiveSampling(true);
  return graph;
}

QCPItemText* PlotPanel::addNote(Qt::Alignment alignment, double x, double y) {
  auto* note = new QCPItemText(m_plot);
  note->setText({});  // QCustomPlot writes "text"
  note->setPositionAlignment(alignment);
  note->setTextAlignment(alignment & Qt::AlignRight ? Qt::AlignRight : Qt::AlignLeft);
  note->position->setType(QCPItemPosition::ptAxisRectRatio);
  note->position->setCoords(x, y);
  m_notes.append(note);
  return note;
}

void PlotPanel::showMessage(const QString& text) {
  // Broken by words into lines that a small panel can hold.
  QString lines;
  qsizetype length = 0;
  for (const QString& word : text.split(' ', Qt::SkipEmptyParts)) {
    lines += lines.isEmpty() ? word : (length + word.size() > 32 ? "\n" : " ") + word;
    length = length + word.size() > 32 ? word.size() : length + word.size() + 1;
  }
  m_message->setText(lines);
  m_message->setVisible(!text.isEmpty());
}

void PlotPanel::queueReplot() {
  if (experiment()) m_plot->show();
  // A panel that is hidden, behind another in its tab, or of a figure draws nothing.
  m_replotWhenSeen = !isVisible();
  if (isVisible()) m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void PlotPanel::replotLayer(const QString& layer) {
  if (isVisible() && !m_replotWhenSeen)
    m_plot->layer(layer)->replot();
  else
    m_replotWhenSeen = true;
}

bool PlotPanel::isDrawn(Fingerprint of) {
  of.add(static_cast<std::uint64_t>(themeChanges()));
  return std::exchange(m_drawn, of) == of;
}

void PlotPanel::showEvent(QShowEvent* event) {
  Panel::showEvent(event);
  if (m_replotWhenSeen) queueReplot();
}

void PlotPanel::renderTo(QCPPainter& painter, QSize size) {
  adaptTo(size);
  m_plot->toPainter(&painter, size.width(), size.height());
}

}  // namespace keyhole
