// Audits a recording beside the window.
#pragma once

#include "app/latest_request.h"
#include "core/audit/audit.h"
#include "core/report/audit_report.h"

#include <QObject>

#include <memory>

namespace keyhole {

struct AuditRequest {
  Settings settings;  // of a recording, as asked for
  AuditOptions options;
  std::string of;        // AuditReport::of
  std::string pushFile;  // of perturbations that were made; empty: none
};

// Signals are emitted from the worker's thread and reach the window through its event queue. A newer request
// stops what runs for an earlier one, of which nothing is told any more.
class AuditWorker : public QObject {
  Q_OBJECT

 public:
  explicit AuditWorker(QObject* parent = nullptr);

  void request(AuditRequest request) { m_latest.request(std::move(request)); }
  // What is there by then stays; the reference circuits that were made are kept in the cache.
  void stop() { m_latest.stop(); }

 signals:
  // What is known so far; of the part that was told last, more may follow.
  void grown(std::shared_ptr<const keyhole::AuditReport> report);
  void ready(std::shared_ptr<const keyhole::AuditReport> report);
  void progress(double fraction, QString what);
  void failed(QString sentence);
  void finished(bool complete);  // after the last request; complete: it was not stopped, nor did it fail

 private:
  void run(const AuditRequest& request, const Turn& turn);

  bool m_complete = false;  // the request that was served last; used by the worker's thread only

  LatestRequest<AuditRequest> m_latest;  // last: its thread uses the others
};

}  // namespace keyhole
