// Reads what an import window would use, beside the window.
#pragma once

#include "app/latest_request.h"
#include "core/experiment/settings/settings.h"
#include "core/io/formats.h"
#include "core/io/recording_file.h"
#include "core/observation/summary/recording_preview.h"
#include "core/observation/summary/recording_summary.h"

#include <QObject>

#include <memory>

namespace keyhole {

// What a recording would be, read as the settings say.
struct ImportPreview {
  Settings settings;
  Index units = 0, timePoints = 0;
  Index ofTimePoints = 0;     // of a large file only the first are looked at; 0: it is all
  bool about = false;         // and how many there are is estimated
  std::vector<Index> bounds;  // of the trials
  double seconds = 0;         // between two samples; 0: not known
  bool wide = false;          // far more units than time points before any step
  RecordingPreview picture;
  std::vector<std::string> warnings;  // of the reading
  RecordingSummary summary;
};

// Signals are emitted from the worker's own thread. The latest request wins. What was read last is kept, so
// that a change of the steps alone reads nothing.
class ImportWorker : public QObject {
  Q_OBJECT

 public:
  explicit ImportWorker(QObject* parent = nullptr);

  void list(const QString& file) { m_latest.request({file, std::nullopt}); }
  // whole: a large file is read although it cannot be had in pieces.
  void request(const Settings& settings, bool whole) { m_latest.request({QString(), settings, whole}); }
  void stop() { m_latest.stop(); }

 signals:
  void listed(std::shared_ptr<const keyhole::FileContents> contents);
  void ready(std::shared_ptr<const keyhole::ImportPreview> preview);
  void tooLarge();  // for a preview, unless it is asked for whole
  void failed(QString sentence);
  void trialsAreTurned(QString sentence);  // it failed, but not with the axes the other way round

 private:
  struct Request {
    QString file;  // to be listed, or empty
    std::optional<Settings> settings;
    bool whole = false;
  };

  void run(const Request& request, const Turn& turn);
  // Null if the file is too large.
  std::shared_ptr<const ImportPreview> previewFor(const Settings& settings, bool whole,
                                                  const Progress& progress);
  bool readFor(const Settings& settings, const RecordingOptions& options, bool whole,
               const Progress& progress);

  std::string m_readAs;  // how m_recording was read; used by the worker's thread only, as it is
  Recording m_recording;
  Index m_ofTimePoints = 0;  // m_recording is their beginning; 0: all
  bool m_about = false;      // their number is estimated

  LatestRequest<Request> m_latest;  // last: its thread uses the others
};

}  // namespace keyhole
