// Drawing text needs an application object, but no display.
#pragma once

#include <memory>

class QApplication;

namespace keyhole::cli {

// One of its own, off screen, unless there is one already.
class DrawingApplication {
 public:
  DrawingApplication();
  ~DrawingApplication();

 private:
  int m_argc = 1;
  char m_name[8] = "keyhole";
  char* m_argv[2] = {m_name, nullptr};
  std::unique_ptr<QApplication> m_application;
};

}  // namespace keyhole::cli
