// The further windows that the main window opens, and what it takes from them.
#include "app/audit_window.h"
#include "app/compare_window.h"
#include "app/gestures.h"
#include "app/help_window.h"
#include "app/main_window.h"
#include "app/order_window.h"
#include "app/perturbation_window.h"
#include "core/common/error.h"

#include <QApplication>

namespace keyhole {

void MainWindow::showHelp(const QString& anchor) {
  if (!m_help) m_help = new HelpWindow(this);
  m_help->showAt(anchor);
}

CompareWindow& MainWindow::showComparison() {
  if (!m_compare) {
    m_compare = new CompareWindow(this);
    m_compare->setTheme(Theme::of(palette(), QApplication::font()));
    if (m_shown && m_shown->reached > Depth::sketch) m_compare->setExperiment(m_shown);
  }
  m_compare->show();
  m_compare->raise();
  return *m_compare;
}

OrderWindow& MainWindow::showOrder() {
  if (!m_order) {
    m_order = new OrderWindow(this);
    m_order->setTheme(Theme::of(palette(), QApplication::font()));
    if (m_shown) m_order->setExperiment(m_shown);
    connect(m_order, &OrderWindow::numberWanted, this,
            [this](Counted counted, Index number) { takeNumber(counted == Counted::latents, number); });
  }
  m_order->show();
  m_order->raise();
  return *m_order;
}

// One entry of the history. Where the number would mean nothing, the method becomes the one it was found for.
void MainWindow::takeNumber(bool latents, Index number) {
  const std::string key = latents ? "fit.latents" : "fit.states";
  Settings settings = m_document.settings();
  if (!settings.applies(settingRow(key)))
    settings = orderSettings(settings, latents ? Counted::latents : Counted::states);
  settings.set(key, static_cast<long long>(number));
  m_document.changeSettings(settings, QString("Use %1 %2").arg(number).arg(latents ? "latents" : "states"));
}

PerturbationWindow& MainWindow::showPerturbation() {
  if (!m_perturbation) {
    m_perturbation =
        new PerturbationWindow(this, [this] { return m_compare ? m_compare->comparison() : nullptr; });
    m_perturbation->setTheme(Theme::of(palette(), QApplication::font()));
    if (m_shown) m_perturbation->setExperiment(m_shown);
  }
  m_perturbation->show();
  m_perturbation->raise();
  return *m_perturbation;
}

AuditWindow& MainWindow::showAudit() {
  if (!m_audit) {
    m_audit = new AuditWindow(this);
    m_audit->setTheme(Theme::of(palette(), QApplication::font()));
    m_audit->setSettings(m_document.settings());
    connect(m_audit, &AuditWindow::reportReady, this,
            [this](const std::shared_ptr<const AuditReport>& report) {
              m_document.setAudit(auditReportToJson(*report).dump());
            });
    connect(m_audit, &AuditWindow::priorChosen, this, [this](double prior, int gesture) {
      edit("view.prior", prior, gestureNumber(GesturesOf::audit, gesture));
    });
    showKeptAudit();
  }
  m_audit->show();
  m_audit->raise();
  return *m_audit;
}

// What the session kept, or nothing.
void MainWindow::showKeptAudit() {
  if (!m_audit) return;
  m_audit->setSettings(m_document.settings());
  std::shared_ptr<const AuditReport> report;
  if (!m_document.audit().empty()) try {
      report = std::make_shared<const AuditReport>(auditReportFromJson(
          nlohmann::ordered_json::parse(m_document.audit()), m_document.displayName().toStdString()));
    } catch (const InputError& error) {
      showProblem(QString::fromUtf8(error.what()));
    }
  m_audit->showReport(report);
}

}  // namespace keyhole
