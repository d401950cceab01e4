#include "app/curve_follower.h"

#include "core/experiment/stage_options.h"
#include "widgets/controls/value_editor.h"
#include "widgets/plots/curve_panel.h"

namespace keyhole {

CurveFollower::CurveFollower(CurvePanel& panel, QObject* parent) : QObject(parent), m_panel(panel) {
  connect(&m_worker, &CurveWorker::grown, this, [this](const std::shared_ptr<const SeenCurve>& curve) {
    if (m_curveOf && sameSeenCurve(curve->settings, *m_curveOf)) m_panel.setCurve(curve);
  });
  connect(&m_worker, &CurveWorker::failed, this,
          [this](const QString& sentence) { m_panel.showProblem(inLabels(sentence)); });
}

void CurveFollower::settingsChanged(const Settings& settings) {
  m_wanted = settings;
  if (!m_curveOf || sameSeenCurve(*m_curveOf, settings)) return;
  m_worker.stop();
  m_curveOf.reset();
}

void CurveFollower::follow(const Experiment& experiment) {
  const Settings& settings = experiment.asked;
  if (isAwaited(experiment) || isRecording(settings)) return;
  if (m_wanted && !sameSeenCurve(*m_wanted, settings)) return;  // a newer experiment is on its way
  const SeenCurveOptions options = seenCurveOptions(settings);
  const bool same = m_curveOf && sameSeenCurve(*m_curveOf, settings);
  if (same && (m_hasAll || !options.all)) return;
  if (!same) m_panel.setCurve(nullptr);
  m_curveOf = settings;
  m_hasAll = options.all;
  m_worker.request(settings, options);
}

}  // namespace keyhole
