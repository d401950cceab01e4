// What the File menu does with sessions, recordings and connectivity matrices. Nothing asks a question that
// must be answered: what is left unsaved is kept among the unsaved sessions.
#pragma once

#include "app/unsaved_sessions.h"

#include <QObject>

#include <functional>

class QTimer;

namespace keyhole {

class Document;
class ImportWindow;
class RecentFiles;

class FileActions : public QObject {
  Q_OBJECT

 public:
  // A child of the window; the others are its parts. layout: gives the window's present layout as text.
  FileActions(Document& document, RecentFiles& recent, UnsavedSessions& unsaved, QWidget& window,
              std::function<QString()> layout);

  void startNew();
  void askForSession();
  void askForRecording();
  void askForConnectivity();
  void save();  // asks for a name if there is none
  void saveAs();
  void restoreLast();  // the newest unsaved session that no running program works on

  // A session, a recording or a connectivity matrix, whichever the file is; by drop, by the recent files, by
  // the command line.
  void open(const QString& path);
  // The same, but of data that may be a recording the import window asks how it is to be read: by drop.
  void offer(const QString& path);
  // Shows the import window for a recording; null if there is no such file.
  ImportWindow* importRecording(const QString& path);
  void openRecording(const QString& path);
  void openConnectivity(const QString& path);

  bool hasUnsavedCopy() const;
  // An unsaved session of a program that is over, if it was not offered before; empty: none.
  QString offerUnsaved() const;
  void restoreOffered(const QString& path);

  // Keeps the unsaved state now (it is kept by itself a moment after every change too).
  void keepUnsaved();

 signals:
  void problem(const QString& sentence);
  void done(const QString& sentence);
  void layoutRead(const QString& layout);

 private:
  void openSession(const QString& path);
  void saveTo(const QString& path);
  void leaveDocument();
  void restore(std::optional<UnsavedSessions::Copy> copy);
  QString startFolder() const;

  Document& m_document;
  RecentFiles& m_recent;
  UnsavedSessions& m_unsaved;
  QWidget& m_window;
  std::function<QString()> m_layout;
  QTimer* m_keepSoon;
};

// Settings that look at a recording, or use a matrix from a file as the teacher.
class Settings;
Settings withRecording(Settings settings, const QString& path);
Settings withConnectivity(Settings settings, const QString& path);

// True if the file holds a square matrix and so is taken as a connectivity matrix; large files are not looked
// into.
bool looksLikeConnectivity(const QString& path);

}  // namespace keyhole
