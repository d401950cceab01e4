// A raster of all of a recording, and traces of its beginning.
#pragma once

#include "app/import_worker.h"
#include "widgets/plots/theme.h"

#include <QWidget>

class QCPAxisRect;
class QCPColorMap;
class QCustomPlot;

namespace keyhole {

class ImportPicture : public QWidget {
  Q_OBJECT

 public:
  explicit ImportPicture(const Theme& theme, QWidget* parent = nullptr);

  void show(const ImportPreview& preview);
  void setStale(bool stale);  // paler while something else is being read
  QCustomPlot& raster() { return *m_raster; }
  QCustomPlot& traces() { return *m_traces; }

 private:
  void showRaster(const ImportPreview& preview);
  void showTraces(const ImportPreview& preview);
  void style(QCustomPlot& plot) const;

  Theme m_theme;
  QCustomPlot *m_raster, *m_traces;
  QCPColorMap* m_map;
};

}  // namespace keyhole
