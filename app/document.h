// The experiment that is being worked on: its settings, title and file, and the history of changes. Every
// change takes one road: command → document → settingsChanged; undo takes the same.
#pragma once

#include "core/experiment/known_recording.h"
#include "core/experiment/settings/presets.h"
#include "core/experiment/settings/session.h"

#include <QObject>
#include <QStringList>
#include <QUndoStack>

namespace keyhole {

class Document : public QObject {
  Q_OBJECT

 public:
  // What a command puts in place of what was there. The window's layout is not part of it: it has no history.
  struct State {
    Settings settings;
    QString title;
    QString path;  // of the session file; empty if it has none
  };

  explicit Document(QObject* parent = nullptr);

  const Settings& settings() const { return m_state.settings; }
  QString title() const { return m_state.title; }
  QString path() const { return m_state.path; }
  QString layout() const { return m_layout; }  // as read from the session file, may be empty
  // The audit of its recording as JSON (core/report/audit_report.h); empty: none. It has no history, but a
  // session that was saved without it is modified by it.
  const std::string& audit() const { return m_audit; }
  void setAudit(const std::string& audit);
  // The recording as it was just read with these settings. Returns one sentence if the session was saved with
  // another one, else an empty text; from now on it is the one that sessions are saved with.
  QString takeRecording(const Settings& asked, const TeacherStage& read);
  QString displayName() const;  // the file's name, else the title, else "untitled"
  bool isModified() const { return !m_history.isClean(); }
  QUndoStack& history() { return m_history; }

  // One undo entry per gesture: changes of one key with the same gesture number merge, and vanish if the
  // value ends where it began. Throws InputError if the value is not allowed.
  void changeSetting(const QString& key, const SettingValue& value, int gesture);

  // Several settings at once, as one undo entry called `what` ("Reset all").
  void changeSettings(const Settings& settings, const QString& what);

  // The same, with a title of its own and no file: other data are another experiment.
  void changeData(const Settings& settings, const QString& title, const QString& what);

  // All settings of a preset, and its title; the document has no file then. One undo entry.
  void applyPreset(const Preset& preset);

  // Everything at its default; the seed counts one up.
  void resetAll();
  void newSeed();

  // These replace the document and its history.
  void startNew();
  void openSession(const QString& path);  // InputError
  void restore(const Session& session);   // as not yet saved, without a file
  Session session(const QString& layout) const;

  // InputError if it cannot be written; the document is as it was then.
  void saveSession(const QString& path, const QString& layout);

 signals:
  void settingsChanged(const QStringList& keys);
  // Title, path or modified state.
  void nameChanged();
  // A document was read, or a new one begun.
  void replaced();

 private:
  friend class ReplaceState;
  friend class ChangeSetting;
  void setState(const State& state);
  void replace(State state, const QString& layout, const Session& read = {});

  State m_state;
  QString m_layout;
  std::string m_audit;
  KnownRecording m_recording;
  QUndoStack m_history;
};

// "observed fraction" for "Observed fraction", but "PCs" stays as it is: to be used inside a sentence.
QString insideSentence(const QString& label);

}  // namespace keyhole
