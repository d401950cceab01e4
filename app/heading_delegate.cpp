#include "app/heading_delegate.h"

#include <QAbstractItemView>
#include <QPainter>

namespace keyhole {
namespace {

constexpr int kItemPadding = 4;
constexpr int kWrapped = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;

struct HeadedText {
  QString heading, rest;
  QFont bold;
};

// The item's own text has another sign at the end of a line.
HeadedText headedText(const QStyleOptionViewItem& item) {
  const QString whole = item.index.data(Qt::DisplayRole).toString();
  HeadedText text{whole.section('\n', 0, 0), whole.section('\n', 1), item.font};
  text.bold.setBold(true);
  return text;
}

int heightOf(const QString& text, const QFont& font, int width) {
  if (text.isEmpty()) return 0;
  return QFontMetrics(font).boundingRect(QRect(0, 0, width, 100000), kWrapped, text).height();
}

}  // namespace

void HeadingDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
  QStyleOptionViewItem item = option;
  initStyleOption(&item, index);
  const HeadedText text = headedText(item);
  item.text.clear();
  item.widget->style()->drawControl(QStyle::CE_ItemViewItem, &item, painter, item.widget);
  const bool chosen = item.state & QStyle::State_Selected;
  const QRect place = item.rect.adjusted(kItemPadding, kItemPadding, -kItemPadding, -kItemPadding);
  painter->save();
  painter->setPen(item.palette.color(chosen ? QPalette::HighlightedText : QPalette::Text));
  painter->setFont(text.bold);
  painter->drawText(place, kWrapped, text.heading);
  painter->setFont(item.font);
  painter->drawText(place.adjusted(0, heightOf(text.heading, text.bold, place.width()) + 2, 0, 0), kWrapped,
                    text.rest);
  painter->restore();
}

QSize HeadingDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  QStyleOptionViewItem item = option;
  initStyleOption(&item, index);
  const HeadedText text = headedText(item);
  const auto* view = qobject_cast<const QAbstractItemView*>(item.widget);
  const int width = (view ? view->viewport()->width() : item.rect.width()) - 4 * kItemPadding;
  return {width, heightOf(text.heading, text.bold, width) + 2 + heightOf(text.rest, item.font, width) +
                     2 * kItemPadding};
}

}  // namespace keyhole
