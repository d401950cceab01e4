#include "widgets/controls/collapsible_section.h"

#include "widgets/controls/relative_font.h"

#include <QToolButton>
#include <QVBoxLayout>

namespace keyhole {

CollapsibleSection::CollapsibleSection(const QString& title, QWidget* parent)
    : QWidget(parent), m_header(new QToolButton(this)), m_body(new QWidget(this)) {
  m_header->setObjectName("header");
  m_header->setText(title);
  m_header->setAccessibleName(title + ", show or hide");
  m_header->setCheckable(true);
  m_header->setAutoRaise(true);
  m_header->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  m_header->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  new RelativeFont(m_header, 1.0, true);
  m_content = new QVBoxLayout(m_body);
  m_content->setContentsMargins(8, 0, 0, 6);
  m_content->setSpacing(4);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  layout->addWidget(m_header);
  layout->addWidget(m_body);
  connect(m_header, &QToolButton::toggled, this, &CollapsibleSection::setOpen);
  setOpen(false);
}

void CollapsibleSection::setOpen(bool open) {
  m_header->setChecked(open);
  m_header->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
  m_body->setVisible(open);
}

bool CollapsibleSection::isOpen() const {
  return m_header->isChecked();
}

}  // namespace keyhole
