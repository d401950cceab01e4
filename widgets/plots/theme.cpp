#include "widgets/plots/theme.h"

#include <QFontInfo>

#include <algorithm>

namespace keyhole {

QFont Theme::font() const {
  QFont font;
  font.setPixelSize(fontPixels);
  return font;
}

Theme Theme::of(const QPalette& palette, const QFont& font) {
  Theme theme;
  theme.background = palette.color(QPalette::Base);
  theme.foreground = palette.color(QPalette::Text);
  theme.dark = theme.foreground.lightness() > theme.background.lightness();
  if (theme.dark) {
    theme.muted = QColor(160, 160, 160);
    theme.teacher = QColor(0xFF, 0x8A, 0x3D);  // lighter, so that the contrast on dark is as good
    theme.student = QColor(0x56, 0xB4, 0xE9);
  }
  theme.fontPixels = std::max(10, QFontInfo(font).pixelSize() - 1);
  theme.markSize = std::max(6.0, 0.55 * theme.fontPixels);
  return theme;
}

Theme Theme::print() {
  Theme theme;
  theme.fontPixels = 7;
  theme.lineWidth = 0.75;
  theme.markSize = 4.5;
  return theme;
}

}  // namespace keyhole
