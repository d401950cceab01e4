// One sentence to the user inside the window, with at most one thing to do about it: never a modal box.
#pragma once

#include <QFrame>

#include <functional>

class QLabel;
class QToolButton;

namespace keyhole {

class MessageStrip : public QFrame {
  Q_OBJECT

 public:
  explicit MessageStrip(QWidget* parent = nullptr);

  // Something the user gave cannot be used. The picture below is the one from before; whether the next one
  // ends the problem too, or only clearProblem().
  enum class Ends { whenCleared, withNextPicture };
  void showProblem(const QString& sentence, Ends ends = Ends::whenCleared);
  // An offer: the button does `action` and closes the strip.
  void showOffer(const QString& sentence, const QString& button, std::function<void()> action);
  // Something to know, with nothing to do about it; stays until it is closed.
  void showNotice(const QString& sentence);
  void clearProblem();  // leaves an offer and a notice in place
  void pictureShown();
  QString problem() const;
  QString notice() const;

 private:
  void show(const QString& sentence, bool isProblem);

  QLabel* m_mark = nullptr;
  QLabel* m_text = nullptr;
  QToolButton* m_action = nullptr;
  std::function<void()> m_do;
  bool m_isProblem = false;
  Ends m_ends = Ends::whenCleared;
};

}  // namespace keyhole
