#include "app/document.h"

#include "app/document_commands.h"
#include "core/experiment/experiment.h"

#include <QFileInfo>

namespace keyhole {

Document::Document(QObject* parent) : QObject(parent) {
  connect(&m_history, &QUndoStack::cleanChanged, this, &Document::nameChanged);
}

QString Document::displayName() const {
  if (!m_state.path.isEmpty()) return QFileInfo(m_state.path).fileName();
  return m_state.title.isEmpty() ? QStringLiteral("untitled") : m_state.title;
}

void Document::changeSetting(const QString& key, const SettingValue& value, int gesture) {
  State next = m_state;
  next.settings.set(key.toStdString(), value);
  if (next.settings == m_state.settings) return;
  // With another teacher it is no longer the preset's experiment; a file keeps its name.
  if (key == "teacher.kind" && next.path.isEmpty()) {
    const QString kind = QString::fromStdString(next.settings.text("teacher.kind"));
    next.title = kind == "recording" ? kind : kind + " teacher";
  }
  m_history.push(new ChangeSetting(*this, key, m_state, next, gesture));
}

void Document::changeSettings(const Settings& settings, const QString& what) {
  if (settings == m_state.settings) return;
  State next = m_state;
  next.settings = settings;
  m_history.push(new ReplaceState(*this, m_state, std::move(next), what));
}

void Document::changeData(const Settings& settings, const QString& title, const QString& what) {
  if (settings == m_state.settings) return;
  m_history.push(new ReplaceState(*this, m_state, {settings, title, QString()}, what));
}

void Document::applyPreset(const Preset& preset) {
  State next{preset.settings, QString::fromStdString(preset.title), QString()};
  const bool same =
      next.settings == m_state.settings && next.title == m_state.title && m_state.path.isEmpty();
  if (same) return;
  m_history.push(
      new ReplaceState(*this, m_state, std::move(next), "Preset " + QString::fromStdString(preset.name)));
}

void Document::resetAll() {
  changeSettings(Settings(), "Reset all");
}

void Document::newSeed() {
  Settings next = m_state.settings;
  const SettingRow& row = settingRow("teacher.seed");
  const long long seed = next.integer(row.key);
  const bool atEnd = static_cast<double>(seed) >= row.maximum;
  next.set(row.key, atEnd ? static_cast<long long>(row.minimum) : seed + 1);
  changeSettings(next, "New draw");
}

void Document::startNew() {
  replace(State(), QString());
}

void Document::openSession(const QString& path) {
  const Session read = loadSession(path.toStdString());
  replace({read.settings, QString::fromStdString(read.title), path}, QString::fromStdString(read.layout),
          read);
}

void Document::restore(const Session& session) {
  replace({session.settings, QString::fromStdString(session.title), QString()},
          QString::fromStdString(session.layout), session);
  m_history.resetClean();
  emit nameChanged();
}

Session Document::session(const QString& layout) const {
  const bool known = sameReading(m_recording.settings, m_state.settings);
  return {m_state.settings, m_state.title.toStdString(), layout.toStdString(), m_audit,
          known ? m_recording.hash : std::string()};
}

QString Document::takeRecording(const Settings& asked, const TeacherStage& read) {
  const std::string changed = changedRecordingWarning(m_recording, asked, read);
  m_recording = {asked, read.hash};
  return QString::fromStdString(changed);
}

void Document::saveSession(const QString& path, const QString& layout) {
  keyhole::saveSession(path.toStdString(), session(layout));
  m_state.path = path;
  m_layout = layout;
  m_history.setClean();
  emit nameChanged();
}

void Document::setState(const State& state) {
  const std::vector<std::string> changed = changedKeys(m_state.settings, state.settings);
  const bool renamed = state.title != m_state.title || state.path != m_state.path;
  m_state = state;
  QStringList keys;
  for (const std::string& key : changed) keys.append(QString::fromStdString(key));
  if (renamed) emit nameChanged();
  if (!keys.isEmpty()) emit settingsChanged(keys);
}

void Document::setAudit(const std::string& audit) {
  if (audit == m_audit) return;
  m_audit = audit;
  m_history.resetClean();
  emit nameChanged();
}

void Document::replace(State state, const QString& layout, const Session& read) {
  m_history.clear();
  m_layout = layout;
  m_audit = read.audit;
  m_recording = {read.settings, read.recordingHash};
  setState(state);
  emit nameChanged();
  emit replaced();
}

QString insideSentence(const QString& label) {
  if (label.size() < 2 || label[1].isUpper() || !label[1].isLetter()) return label;
  return label[0].toLower() + label.mid(1);
}

}  // namespace keyhole
