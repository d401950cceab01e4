#include "app/after_painting.h"

#include <QCoreApplication>
#include <QEvent>

#include <utility>

namespace keyhole {

namespace {
class Waiting : public QObject {
 public:
  Waiting(QObject* context, std::function<void()> then) : QObject(context), m_then(std::move(then)) {}

  bool event(QEvent* event) override {
    if (event->type() != QEvent::User) return QObject::event(event);
    deleteLater();
    m_then();
    return true;
  }

 private:
  std::function<void()> m_then;
};
}  // namespace

void afterPainting(QObject* context, std::function<void()> then) {
  // Widgets ask to be painted with low priority, so that they are once.
  constexpr int kAfterUpdates = Qt::LowEventPriority - 1;
  QCoreApplication::postEvent(new Waiting(context, std::move(then)), new QEvent(QEvent::User), kAfterUpdates);
}

}  // namespace keyhole
