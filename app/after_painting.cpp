#include "app/after_painting.h"

#include <QCoreApplication>
#include <QEvent>

#include <utility>

namespace keyhole {

namespace {
class Waiting : public QObject {
 public:
  Waiting(QObject* context, std::function<void()> then) : QObject(context), m_then(std::move(then)) {}

  // Widgets ask to be painted with low priority, so that they are once: this comes behind them.
  void waitARound() { QCoreApplication::postEvent(this, new QEvent(QEvent::User), Qt::LowEventPriority - 1); }

  bool event(QEvent* event) override {
    if (event->type() != QEvent::User) return QObject::event(event);
    if (m_drawn) {
      deleteLater();
      m_then();
    } else {
      // What was asked for during a round of the event loop has its turn in the next one.
      m_drawn = true;
      waitARound();
    }
    return true;
  }

 private:
  std::function<void()> m_then;
  bool m_drawn = false;  // plots have drawn, and asked to be painted
};
}  // namespace

void afterPainting(QObject* context, std::function<void()> then) {
  (new Waiting(context, std::move(then)))->waitARound();
}

}  // namespace keyhole
