// Items of a list of which the first line is a heading, and what follows is said of it.
#pragma once

#include <QStyledItemDelegate>

namespace keyhole {

class HeadingDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace keyhole
