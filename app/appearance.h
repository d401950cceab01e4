// The application's colours and type: light, dark or as the desktop has them, and larger for a talk.
#pragma once

#include <QFont>
#include <QPalette>
#include <QString>

namespace keyhole {

class Appearance {
 public:
  Appearance();  // remembers what the desktop gave the application

  // theme: "system", "light" or "dark" (the setting view.theme).
  void setTheme(const QString& theme);
  // Type half as large again.
  void setPresenting(bool presenting);

 private:
  QPalette m_systemPalette;
  QFont m_systemFont;
};

QPalette lightPalette();
QPalette darkPalette();

}  // namespace keyhole
