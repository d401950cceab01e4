#include "app/perturbation_table.h"

#include "widgets/plots/axes.h"
#include "widgets/plots/perturbation_panel.h"

#include <QHeaderView>
#include <QPainter>
#include <QTableWidget>

#include <cmath>

namespace keyhole {
namespace {

struct Column {
  const char* title;
  const char* help;
};

constexpr Column kColumns[] = {
    {"system", "Which system was perturbed; the line as in the plot."},
    {"half-life (%1)", "From when on less than half of the perturbation is left."},
    {"time constant (%1)", "From when on less than 1/e of the perturbation is left."},
    {"late time constant (%1)", "Of the decay over the last third of the horizon."},
    {"left at the end", "Distance at the horizon, as a part of the distance at first."},
    {"largest", "Largest distance, as a multiple of the distance at first."},
    {"taken up", "Of a latent student: the part of the perturbation that its latents can express."},
};

QString timeText(double time, double horizon, double perTau) {
  if (std::isnan(time)) return QStringLiteral("–");
  return std::isinf(time) ? QString("> %1").arg(shortNumber(perTau * horizon)) : shortNumber(perTau * time);
}

QString titleOf(const Column& column, const TimeUnit& unit) {
  const QString title = column.title;
  return title.contains("%1") ? title.arg(unit.name) : title;
}

QPixmap lineOf(const QPen& pen, const QWidget& widget) {
  const double ratio = widget.devicePixelRatioF();
  QPixmap pixmap(QSize(36, 14) * ratio);
  pixmap.setDevicePixelRatio(ratio);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(pen);
  painter.drawLine(QPointF(1, 7), QPointF(35, 7));
  return pixmap;
}

QStringList cellsOf(const Perturbed& system, double horizon, double perTau) {
  const PerturbedRun& run = system.run;
  const bool felt = run.initial > 0;
  return {perturbationName(system) + (run.diverged ? QObject::tr(" (runs away)") : QString()),
          timeText(run.halfLife, horizon, perTau),
          timeText(run.timeConstant, horizon, perTau),
          std::isinf(system.lateTimeConstant) ? QStringLiteral("∞")
                                              : timeText(system.lateTimeConstant, horizon, perTau),
          felt ? percent(run.remaining) : QStringLiteral("–"),
          felt ? QString("%1 ×").arg(shortNumber(run.peak)) : QStringLiteral("–"),
          percent(system.captured)};
}

}  // namespace

QTableWidget* makePerturbationTable() {
  auto* table = new QTableWidget(0, static_cast<int>(std::size(kColumns)));
  table->setObjectName("perturbationTable");
  table->setAccessibleName("Systems and how long they remember the perturbation");
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setSelectionBehavior(QAbstractItemView::SelectRows);
  table->setIconSize(QSize(36, 14));
  table->verticalHeader()->hide();
  table->setShowGrid(false);
  for (int j = 0; j < table->columnCount(); ++j) {
    auto* header = new QTableWidgetItem(titleOf(kColumns[j], {}));
    header->setToolTip(kColumns[j].help);
    header->setTextAlignment(j == 0 ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
    table->setHorizontalHeaderItem(j, header);
  }
  table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
  table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
  return table;
}

void fillPerturbationTable(QTableWidget& table, const Perturbation& perturbation, const TimeUnit& unit,
                           const Theme& theme) {
  for (int j = 0; j < table.columnCount(); ++j)
    table.horizontalHeaderItem(j)->setText(titleOf(kColumns[j], unit));
  table.setRowCount(static_cast<int>(perturbation.systems.size()));
  for (int i = 0; i < table.rowCount(); ++i) {
    const auto index = static_cast<std::size_t>(i);
    const QStringList cells =
        cellsOf(perturbation.systems[index], perturbation.settings.horizon, unit.perTau);
    for (int j = 0; j < table.columnCount(); ++j) {
      auto* item = new QTableWidgetItem(cells[j]);
      item->setToolTip(kColumns[j].help);
      if (j > 0) item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
      if (j == 0) item->setIcon(lineOf(perturbationPen(perturbation, index, theme), table));
      table.setItem(i, j, item);
    }
  }
  table.resizeRowsToContents();
  // Five systems without scrolling; more scroll.
  const int rows = std::clamp(table.rowCount(), 2, 5);
  const int row = table.rowCount() > 0 ? table.rowHeight(0) : table.fontMetrics().height() + 8;
  table.setFixedHeight(table.horizontalHeader()->sizeHint().height() + rows * row + 2 * table.frameWidth());
}

}  // namespace keyhole
