// Text on paper, measured as it will be drawn: in the units of the device, so that no line is longer than it
// was thought to be.
#pragma once

#include <QColor>
#include <QFont>
#include <QPainter>
#include <QString>

#include <memory>
#include <vector>

class QTextLayout;

namespace keyhole {

// Words broken into lines of a width; a word that is longer than a line is broken where it must be.
class PaperText {
 public:
  PaperText(const QString& text, const QFont& font, double width);
  PaperText(PaperText&&) noexcept;
  PaperText& operator=(PaperText&&) noexcept;
  ~PaperText();

  int lines() const;
  double lineHeight() const;
  double height(int from, int to) const;  // of these lines
  double height() const { return height(0, lines()); }
  // Lines from `from` to before `to`, the first of them at y.
  void draw(QPainter& painter, double x, double y, int from, int to, const QColor& colour = Qt::black) const;

  static double widthOf(const QString& text, const QFont& font);        // on one line
  static double longestWordOf(const QString& text, const QFont& font);  // the least width that breaks no word

 private:
  std::unique_ptr<QTextLayout> m_layout;
};

// Widths of a table's columns that together are at most `room`: as wide as wanted if there is room for all;
// else each has its least, and what is left is shared by what each still wants.
std::vector<double> columnWidths(const std::vector<double>& wanted, const std::vector<double>& least,
                                 double room);

}  // namespace keyhole
