#include "widgets/plots/paper_text.h"

#include <QFontMetricsF>
#include <QTextLayout>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace keyhole {

PaperText::PaperText(const QString& text, const QFont& font, double width)
    : m_layout(std::make_unique<QTextLayout>(text, font)) {
  QTextOption option;
  option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
  option.setUseDesignMetrics(true);
  m_layout->setTextOption(option);
  m_layout->beginLayout();
  const double height = lineHeight();
  double y = 0;
  for (QTextLine line = m_layout->createLine(); line.isValid(); line = m_layout->createLine()) {
    line.setLineWidth(width);
    line.setPosition(QPointF(0, y));
    y += height;
  }
  m_layout->endLayout();
}

PaperText::PaperText(PaperText&&) noexcept = default;
PaperText& PaperText::operator=(PaperText&&) noexcept = default;
PaperText::~PaperText() = default;

int PaperText::lines() const {
  return m_layout->lineCount();
}

double PaperText::lineHeight() const {
  return 1.3 * m_layout->font().pixelSize();
}

double PaperText::height(int from, int to) const {
  return (to - from) * lineHeight();
}

void PaperText::draw(QPainter& painter, double x, double y, int from, int to, const QColor& colour) const {
  painter.setPen(colour);
  for (int i = from; i < to && i < lines(); ++i) {
    const QTextLine line = m_layout->lineAt(i);
    line.draw(&painter, QPointF(x, y - from * lineHeight()));
  }
}

double PaperText::widthOf(const QString& text, const QFont& font) {
  return std::ceil(QFontMetricsF(font).horizontalAdvance(text)) + 1;
}

double PaperText::longestWordOf(const QString& text, const QFont& font) {
  double longest = 0;
  for (const QString& word : text.split(' ', Qt::SkipEmptyParts))
    longest = std::max(longest, widthOf(word, font));
  return longest;
}

std::vector<double> columnWidths(const std::vector<double>& wanted, const std::vector<double>& least,
                                 double room) {
  const double all = std::accumulate(wanted.begin(), wanted.end(), 0.0);
  if (all <= room) return wanted;
  const double needed = std::accumulate(least.begin(), least.end(), 0.0);
  std::vector<double> widths = wanted;
  if (needed >= room) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = room * least[i] / needed;
    return widths;
  }
  // What is left beyond the least, in shares of what each lacks.
  for (std::size_t i = 0; i < widths.size(); ++i)
    widths[i] = least[i] + (room - needed) * (wanted[i] - least[i]) / (all - needed);
  return widths;
}

}  // namespace keyhole
