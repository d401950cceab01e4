// The window's menus: every command with its standard key, and nothing but calls into the window.
#pragma once

namespace keyhole {

class MainWindow;

void buildMainMenu(MainWindow& window);

}  // namespace keyhole
