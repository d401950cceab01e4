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

void CurveFollower::follow(const Experiment& experiment) {
  const Settings& settings = experiment.settings;
  if (experiment.coarse || isRecording(settings)) return;
  const SeenCurveOptions options = seenCurveOptions(settings);
  const auto& shown = m_panel.curve();
  const bool enough = !options.all || (shown && shown->finite.rows.size() > 0 &&
                                       shown->finite.rows.front().modes.singular.size() > 0);
  const bool same = m_curveOf && sameSeenCurve(*m_curveOf, settings);
  if (same && (enough || m_curveOf->text("view.curve") == settings.text("view.curve"))) return;
  if (!same) m_panel.setCurve(nullptr);
  m_curveOf = settings;
  m_worker.request(settings, options);
}

}  // namespace keyhole
