// File > Export: the figure, and the numbers behind it, of the experiment that is shown.
#pragma once

#include "app/latest_request.h"
#include "widgets/plots/figure.h"

#include <QObject>
#include <QString>

#include <functional>
#include <memory>
#include <vector>

class QWidget;

namespace keyhole {

// Told what becomes of an export, in one sentence each time; good: the file is there, or on its way.
using ExportOutcome = std::function<void(const QString& sentence, bool good)>;

// What a figure lacks (the contours of a pseudospectrum take seconds) is computed beside the window; then it
// is drawn and written. One after the other.
class Exports : public QObject {
  Q_OBJECT

 public:
  explicit Exports(QObject* parent = nullptr);

  // Both ask where to write, without blocking the window, and write what was shown when they were called.
  void askForFigure(QWidget& window, const std::shared_ptr<const Experiment>& experiment, ExportOutcome done);
  void askForData(QWidget& window, const std::shared_ptr<const Experiment>& experiment, ExportOutcome done);

  void writeFigure(const std::shared_ptr<const Experiment>& experiment, const QString& path,
                   ExportOutcome done);
  void writeData(const std::shared_ptr<const Experiment>& experiment, const QString& folder,
                 ExportOutcome done);

 signals:
  void computed(std::vector<std::function<void()>> results);
  void failed(QString sentence);

 private:
  struct Job {
    std::shared_ptr<Figure> figure;
    QString path;
    std::function<void()> write;
    ExportOutcome done;
  };

  void add(const std::shared_ptr<const Experiment>& experiment, const QString& path,
           void (Figure::*write)(const QString&), ExportOutcome done);
  void begin();
  void end(const std::function<void()>& last);
  void run(const std::vector<Panel::Work>& works, const Turn& turn);

  std::vector<Job> m_jobs;  // the first one is being worked on

  LatestRequest<std::vector<Panel::Work>> m_latest;  // last: its thread uses the figures of the jobs
};

}  // namespace keyhole
