#include "app/file_actions.h"

#include "app/ask_for_file.h"
#include "app/document.h"
#include "app/import_window.h"
#include "app/recent_files.h"
#include "core/common/error.h"
#include "core/io/formats.h"
#include "core/io/recording_file.h"

#include <QApplication>
#include <QFileInfo>
#include <QTimer>
#include <QWidget>

#include <algorithm>

namespace keyhole {

namespace {
const QString sessionFilter = QStringLiteral("Keyhole sessions (*.keyhole)");
const QString dataFilter =
    QStringLiteral("Data (%1);;All files (*)").arg(QString::fromStdString(extensionPatterns()));
constexpr int keepAfterMilliseconds = 1500;

// Whether somebody has to say which of several arrays is meant, which axis of its trials is time, in which
// bins spikes are counted, or whether a file that takes a while is to be read at all.
bool needsChoice(const QString& path) {
  constexpr qint64 kLarge = 256 << 20;  // bytes
  const std::string spec = path.toStdString(), file = fileOfSpec(spec);
  if (file != spec) return false;
  if (QFileInfo(path).isFile() && QFileInfo(path).size() > kLarge) return true;
  if (!formatOf(file).hasPlaces) return false;
  const FileContents contents = fileContents(file);
  const auto count = [&](ArrayRole role) {
    return std::count_if(contents.arrays.begin(), contents.arrays.end(),
                         [role](const FileArray& array) { return array.role == role; });
  };
  const bool trials = std::any_of(contents.arrays.begin(), contents.arrays.end(), [](const auto& array) {
    return array.role == ArrayRole::recording && (array.isList || array.extents.size() > 2);
  });
  return trials || count(ArrayRole::recording) > 1 || count(ArrayRole::spikes) > 0;
}
}  // namespace

FileActions::FileActions(Document& document, RecentFiles& recent, UnsavedSessions& unsaved, QWidget& window,
                         std::function<QString()> layout)
    : QObject(&window),
      m_document(document),
      m_recent(recent),
      m_unsaved(unsaved),
      m_window(window),
      m_layout(std::move(layout)),
      m_keepSoon(new QTimer(this)) {
  m_keepSoon->setSingleShot(true);
  m_keepSoon->setInterval(keepAfterMilliseconds);
  connect(m_keepSoon, &QTimer::timeout, this, &FileActions::keepUnsaved);
  connect(&m_document, &Document::settingsChanged, m_keepSoon, qOverload<>(&QTimer::start));
}

QString FileActions::startFolder() const {
  if (!m_document.path().isEmpty()) return QFileInfo(m_document.path()).absolutePath();
  const QStringList recent = m_recent.paths();
  return recent.isEmpty() ? QString() : QFileInfo(recent.first()).absolutePath();
}

void FileActions::keepUnsaved() {
  m_keepSoon->stop();
  if (!m_document.isModified()) {
    m_unsaved.forget();
    return;
  }
  const QString why = m_unsaved.keep(m_document.session(m_layout()));
  if (!why.isEmpty()) emit problem(why);
}

void FileActions::leaveDocument() {
  keepUnsaved();
  m_unsaved.leave();
}

void FileActions::startNew() {
  const bool kept = m_document.isModified();
  leaveDocument();
  m_document.startNew();
  if (kept) emit done("The unsaved session was kept: File > Restore last session.");
}

void FileActions::openSession(const QString& path) {
  loadSession(path.toStdString());  // a file that cannot be read must not cost the present document
  leaveDocument();
  m_document.openSession(path);
  emit layoutRead(m_document.layout());
}

void FileActions::open(const QString& path) {
  try {
    if (path.endsWith(".keyhole")) {
      openSession(path);
      m_recent.add(path);
    } else if (looksLikeConnectivity(path)) {
      openConnectivity(path);
    } else if (needsChoice(path)) {
      importRecording(path);
    } else {
      openRecording(path);
    }
  } catch (const InputError& error) {
    emit problem(QString::fromUtf8(error.what()));
  }
}

void FileActions::offer(const QString& path) {
  if (path.endsWith(".keyhole") || looksLikeConnectivity(path))
    open(path);
  else
    importRecording(path);
}

ImportWindow* FileActions::importRecording(const QString& path) {
  auto* window = new ImportWindow(path, m_document.settings(),
                                  Theme::of(m_window.palette(), QApplication::font()), &m_window);
  window->setAttribute(Qt::WA_DeleteOnClose);
  // The document may have changed since: only what the window asked is taken from it.
  connect(window, &ImportWindow::used, this, [this, path](const Settings& chosen, const QString& title) {
    Settings settings = m_document.settings();
    for (const auto& row : settingsTable())
      if (row.stage <= Stage::recording) settings.set(row.key, chosen.value(row.key));
    settings.set("teacher.seed", m_document.settings().value("teacher.seed"));
    for (const char* key : {"observation.subset", "observation.fraction"})
      settings.set(key, chosen.value(key));
    m_document.changeData(settings, title, "Open recording");
    m_recent.add(path);
  });
  window->show();
  return window;
}

void FileActions::openRecording(const QString& path) {
  // The session must find it again from any folder. (A MATLAB variable behind a colon stays there.)
  const QString whole = QFileInfo(path).absoluteFilePath();
  m_document.changeData(withRecording(m_document.settings(), whole), QFileInfo(path).fileName(),
                        "Open recording");
  m_recent.add(path);
}

void FileActions::openConnectivity(const QString& path) {
  const QString whole = QFileInfo(path).absoluteFilePath();
  m_document.changeData(withConnectivity(m_document.settings(), whole), QFileInfo(path).fileName(),
                        "Open connectivity");
  m_recent.add(path);
}

void FileActions::askForSession() {
  askForFile(&m_window, {"Open a session", sessionFilter, QString(), startFolder(), FileQuestion::Kind::open},
             [this](const QString& path) { open(path); });
}

void FileActions::askForRecording() {
  askForFile(&m_window, {"Open a recording", dataFilter, QString(), startFolder(), FileQuestion::Kind::open},
             [this](const QString& path) { importRecording(path); });
}

void FileActions::askForConnectivity() {
  askForFile(&m_window,
             {"Open a connectivity matrix", dataFilter, QString(), startFolder(), FileQuestion::Kind::open},
             [this](const QString& path) { openConnectivity(path); });
}

void FileActions::save() {
  if (m_document.path().isEmpty())
    saveAs();
  else
    saveTo(m_document.path());
}

void FileActions::saveAs() {
  askForFile(&m_window,
             {"Save the session", sessionFilter, "keyhole", startFolder(), FileQuestion::Kind::save},
             [this](const QString& path) { saveTo(path); });
}

void FileActions::saveTo(const QString& path) {
  try {
    m_document.saveSession(path, m_layout());
    m_unsaved.forget();
    m_recent.add(path);
    emit done("Saved " + QFileInfo(path).fileName() + ".");
  } catch (const InputError& error) {
    emit problem(QString::fromUtf8(error.what()));
  }
}

bool FileActions::hasUnsavedCopy() const {
  return m_unsaved.takeNewest().has_value();
}

void FileActions::restoreLast() {
  restore(m_unsaved.takeNewest());
}

QString FileActions::offerUnsaved() const {
  return m_unsaved.offer();
}

void FileActions::restoreOffered(const QString& path) {
  restore(m_unsaved.take(path));
}

void FileActions::restore(std::optional<UnsavedSessions::Copy> copy) {
  if (!copy) {
    emit done("There is no unsaved session to restore any more: another window took it.");
    return;
  }
  leaveDocument();
  m_document.restore(copy->session);
  emit layoutRead(m_document.layout());
  // The own copy is written before the old one goes.
  keepUnsaved();
  UnsavedSessions::discard(std::move(*copy));
}

Settings withRecording(Settings settings, const QString& path) {
  settings.set("teacher.kind", std::string("recording"));
  settings.set("teacher.file", path.toStdString());
  // How another file was to be read says nothing of this one.
  settings.set("teacher.transpose", false);
  for (const auto& row : settingsTable())
    if (row.stage == Stage::recording) settings.set(row.key, row.initial);
  // What is in the file has been seen, all of it: a keyhole in front of it is a choice of its own.
  settings.set("observation.subset", std::string("first"));
  settings.set("observation.fraction", 1.0);
  return settings;
}

Settings withConnectivity(Settings settings, const QString& path) {
  settings.set("teacher.kind", std::string("imported"));
  settings.set("teacher.file", path.toStdString());
  return settings;
}

bool looksLikeConnectivity(const QString& path) {
  const QFileInfo file(path);
  const bool text = file.suffix() != "npy" && file.suffix() != "mat";
  if (!file.isFile() || file.size() > (text ? 8 : 200) * 1'000'000LL) return false;
  try {
    const Matrix values = readMatrixFile(path.toStdString());
    return values.rows() == values.cols() && values.rows() > 1;
  } catch (const InputError&) {
    return false;  // the stage that reads the recording says what is wrong with it
  }
}

}  // namespace keyhole
