// SPDX-License-Identifier: GPL-3.0-or-later
#include "dashboard/ui/manualwindow.h"

#include "dashboard/ui/theme.h"

#include <QDesktopServices>
#include <QDir>
#include <QImageReader>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QRegularExpression>
#include <QShortcut>
#include <QSplitter>
#include <QTextBlock>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace Hephaestus {

using namespace Qt::StringLiterals;

namespace {

constexpr int DocumentRole = Qt::UserRole; ///< the file's name
const QString FirstDocument = u"dashboard.md"_s;

QString textOfFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// Qt reads no HTML in Markdown to its end: pictures are written as Markdown does, and comments are left out. Of a
/// picture in two colours, the one for a dark window comes first.
QString readableMarkdown(QString text, bool isDark)
{
    static const QRegularExpression picture(
        u"<picture><source [^>]*srcset=\"([^\"]*)\">\\s*<img src=\"([^\"]*)\" alt=\"([^\"]*)\">\\s*</picture>"_s,
        QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression comment(u"<!--.*?-->"_s, QRegularExpression::DotMatchesEverythingOption);
    return text.remove(comment).replace(picture, isDark ? u"![\\3](\\1)"_s : u"![\\3](\\2)"_s);
}

/// How Markdown's readers name a heading in links: "When it ends" is `when-it-ends`.
QString anchorOf(const QString &heading)
{
    static const QRegularExpression left(u"[^\\w\\- ]"_s, QRegularExpression::UseUnicodePropertiesOption);
    return heading.toLower().remove(left).replace(u' ', u'-');
}

} // namespace

ManualWindow::ManualWindow(const QString &folder, QWidget *parent)
    : QWidget(parent, Qt::Window)
    , m_folder(folder)
    , m_documents(new QListWidget)
    , m_words(new QLineEdit)
    , m_page(new QTextBrowser)
    , m_note(new QLabel)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Hephaestus: manual"));
    m_documents->setAccessibleName(tr("Documents"));
    m_documents->setFrameShape(QFrame::NoFrame);
    m_documents->setWordWrap(true);
    m_documents->setSpacing(spacing(fontMetrics(), 1) / 2); // one title from the next
    m_documents->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_documents->setResizeMode(QListView::Adjust);
    m_page->setAccessibleName(tr("Document"));
    m_page->setOpenLinks(false);
    m_page->setFrameShape(QFrame::NoFrame);
    m_page->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // pictures fit beside it from the beginning
    m_page->viewport()->installEventFilter(this);
    m_page->document()->setDocumentMargin(spacing(fontMetrics(), 4));
    m_words->setPlaceholderText(tr("Find (Ctrl+F)"));
    m_words->setClearButtonEnabled(true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->hide();
    auto *const left = new QWidget;
    auto *const leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    leftLayout->addWidget(m_words);
    leftLayout->addWidget(m_documents, 1);
    auto *const splitter = new QSplitter;
    splitter->addWidget(left);
    splitter->addWidget(m_page);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({220, 780});
    splitter->setChildrenCollapsible(false);
    auto *const layout = new QVBoxLayout(this);
    layout->addWidget(splitter, 1);
    layout->addWidget(m_note);

    connect(new QShortcut(QKeySequence::Find, this), &QShortcut::activated, m_words, qOverload<>(&QWidget::setFocus));
    connect(m_words, &QLineEdit::returnPressed, this, &ManualWindow::findNext);
    connect(m_page, &QTextBrowser::anchorClicked, this, &ManualWindow::follow);
    listDocuments();
    connect(m_documents, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem *item) {
        if (item)
            showDocument(item->data(DocumentRole).toString());
    });
    showDocument(FirstDocument);
    m_page->setFocus();
}

/// Each by its title, the first heading.
void ManualWindow::listDocuments()
{
    const QStringList names = QDir(m_folder).entryList({u"*.md"_s}, QDir::Files, QDir::Name);
    for (const QString &name : names) {
        const QString title = textOfFile(m_folder + u'/' + name).section(u'\n', 0, 0).remove(u'`');
        auto *const item = new QListWidgetItem(title.startsWith("# "_L1) ? title.mid(2) : name, m_documents);
        item->setData(DocumentRole, name);
    }
}

void ManualWindow::showDocument(const QString &name, const QString &heading)
{
    m_note->hide();
    for (int row = 0; row < m_documents->count(); ++row) {
        if (m_documents->item(row)->data(DocumentRole).toString() == name) {
            const QSignalBlocker quiet(m_documents);
            m_documents->setCurrentRow(row);
        }
    }
    m_page->setSearchPaths({m_folder});
    const bool isDark = palette().color(QPalette::Base).lightness() < 128;
    m_page->setMarkdown(readableMarkdown(textOfFile(m_folder + u'/' + name), isDark));
    fitPictures();
    for (QTextBlock block = m_page->document()->begin(); block.isValid() && !heading.isEmpty(); block = block.next()) {
        if (block.blockFormat().headingLevel() == 0 || anchorOf(block.text()) != heading)
            continue;
        m_page->moveCursor(QTextCursor::End); // from there the heading comes to the top, not to the bottom
        m_page->setTextCursor(QTextCursor(block));
        break;
    }
}

/// None is wider than the page.
void ManualWindow::fitPictures()
{
    QTextDocument &document = *m_page->document();
    const qreal most = m_page->viewport()->width() - 2 * document.documentMargin();
    QTextCursor cursor(&document);
    for (cursor = document.find(QString(QChar::ObjectReplacementCharacter)); !cursor.isNull();
         cursor = document.find(QString(QChar::ObjectReplacementCharacter), cursor)) {
        QTextImageFormat format = cursor.charFormat().toImageFormat();
        const QSizeF size = QImageReader(m_folder + u'/' + format.name()).size();
        if (!format.isValid() || size.isEmpty() || most <= 0)
            continue;
        const qreal width = std::min(most, size.width());
        format.setWidth(width);
        format.setHeight(width * size.height() / size.width());
        cursor.setCharFormat(format);
    }
}

bool ManualWindow::eventFilter(QObject *object, QEvent *event)
{
    if (event->type() == QEvent::Resize)
        fitPictures();
    return QWidget::eventFilter(object, event);
}

void ManualWindow::follow(const QUrl &link)
{
    if (!link.scheme().isEmpty()) {
        QDesktopServices::openUrl(link);
        return;
    }
    const QListWidgetItem *const shown = m_documents->currentItem();
    const QString name = link.path().isEmpty() && shown ? shown->data(DocumentRole).toString() : link.path();
    if (name.endsWith(".md"_L1) && !name.contains(u'/') && QFile::exists(m_folder + u'/' + name))
        return showDocument(name, link.fragment());
    const QFileInfo beside(m_folder + u'/' + name);
    m_note->setVisible(!beside.exists());
    m_note->setText(tr("%1 is in the sources, and not installed.").arg(name));
    if (beside.exists())
        QDesktopServices::openUrl(QUrl::fromLocalFile(beside.canonicalFilePath()));
}

void ManualWindow::findNext()
{
    m_note->hide();
    if (m_words->text().isEmpty() || m_page->find(m_words->text()))
        return;
    m_page->moveCursor(QTextCursor::Start); // from the beginning again
    m_note->setVisible(!m_page->find(m_words->text()));
    m_note->setText(tr("\"%1\" is not in this document.").arg(m_words->text()));
}

void ManualWindow::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape)
        close();
    else
        QWidget::keyPressEvent(event);
}

} // namespace Hephaestus
