#include "app/audit_worker.h"

#include "core/audit/audited_recording.h"
#include "core/audit/experiments/push_file.h"
#include "core/common/error.h"
#include "core/experiment/settings/fit_options.h"
#include "core/report/run_record.h"

namespace keyhole {

AuditWorker::AuditWorker(QObject* parent)
    : QObject(parent),
      m_latest([this](const AuditRequest& request, const Turn& turn) { run(request, turn); },
               [this] { emit finished(std::exchange(m_complete, false)); }) {}

void AuditWorker::run(const AuditRequest& request, const Turn& turn) {
  TellingUntilOver progress(
      turn, [this](double fraction, const QString& what) { emit this->progress(fraction, what); });
  m_complete = false;
  try {
    const AuditedRecording recording = readAudited(request.settings, progress);
    AuditOptions options = request.options;
    options.how = {recording.steps, recording.seconds, false};
    if (!request.pushFile.empty())
      options.pushes = readPushes(request.pushFile, recording.trials, recording.seconds);
    const AuditProvenance provenance{{recording.source},
                                     recording.hash,
                                     recording.seconds,
                                     runRecord(effective(request.settings)),
                                     request.pushFile};
    const auto reportOf = [&](AuditReport report) {
      report.of = request.of;
      return std::make_shared<const AuditReport>(std::move(report));
    };
    const bool assumed = alphaIsAssumed(request.settings);
    Audit audit = auditRecording(recording.trials, recording.recorded(), request.settings,
                                 recording.sampling(assumed), options, progress,
                                 [&](const std::string& part, const std::string&, const Audit& soFar) {
                                   if (!turn.isOver())
                                     emit grown(reportOf(auditReport(soFar, provenance, part)));
                                 });
    audit.warnings.insert(audit.warnings.begin(), recording.warnings.begin(), recording.warnings.end());
    if (turn.isOver()) return;
    m_complete = true;
    emit ready(reportOf(auditReport(audit, provenance)));
  } catch (const Stopped&) {
    // What was told stays.
  } catch (const std::exception& error) {
    if (!turn.isOver()) emit failed(QString::fromUtf8(error.what()));
  }
}

}  // namespace keyhole
