#include "widgets/plots/paper_pages.h"

namespace keyhole {
namespace {

class PagePlacer {
 public:
  PagePlacer(const std::vector<PaperPiece>& pieces, double height) : m_pieces(pieces), m_height(height) {}

  std::vector<PaperPage> place() {
    m_pages.emplace_back();
    for (std::size_t first = 0; first < m_pieces.size();) {
      const std::size_t end = groupEnd(first);
      if (!m_pages.back().empty() && m_y + heightOf(first, end, false) > m_height) newPage();
      // A group that no page holds is parted where it has to be.
      const bool fits = heightOf(first, end, m_pages.back().empty()) <= m_height - m_y;
      for (; first < end; ++first) {
        if (!fits && !m_pages.back().empty() && m_y + heightOf(first, first + 1, false) > m_height) newPage();
        put(first);
      }
    }
    return std::move(m_pages);
  }

 private:
  // After the pieces that belong together from `first` on.
  std::size_t groupEnd(std::size_t first) const {
    while (first + 1 < m_pieces.size() && m_pieces[first].keepNext) ++first;
    return first + 1;
  }
  double heightOf(std::size_t first, std::size_t end, bool atTop) const {
    const int head = m_pieces[first].head;
    double height = atTop && head >= 0 ? m_pieces[static_cast<std::size_t>(head)].height : 0;
    for (std::size_t i = first; i < end; ++i)
      height += m_pieces[i].height + (atTop && i == first ? 0 : m_pieces[i].before);
    return height;
  }
  void newPage() {
    m_pages.emplace_back();
    m_y = 0;
  }
  void put(std::size_t piece) {
    const PaperPiece& one = m_pieces[piece];
    const bool first = m_pages.back().empty();
    if (first && one.head >= 0) add(static_cast<std::size_t>(one.head), 0);
    add(piece, m_pages.back().empty() ? 0 : one.before);
  }
  void add(std::size_t piece, double above) {
    m_y += above;
    m_pages.back().push_back({piece, m_y, above});
    m_y += m_pieces[piece].height;
  }

  const std::vector<PaperPiece>& m_pieces;
  const double m_height;
  double m_y = 0;
  std::vector<PaperPage> m_pages;
};

}  // namespace

std::vector<PaperPage> placeOnPages(const std::vector<PaperPiece>& pieces, double pageHeight) {
  return PagePlacer(pieces, pageHeight).place();
}

}  // namespace keyhole
