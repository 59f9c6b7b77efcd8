// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dashboard/ui/mainwindow.h"

#include <QApplication>
#include <QMouseEvent>
#include <QProcess>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

#include <functional>

/// A window on the services of a fleet file (empty: on none), shown and polling. `state` is for the output of what is
/// started.
struct LiveWindow
{
    Hephaestus::FleetSession session;
    Hephaestus::MainWindow window{session};

    LiveWindow(const QString &fleet, const QString &state) : session(options(state))
    {
        if (!fleet.isEmpty())
            window.openFleet(fleet);
        session.start();
        window.show();
        window.activateWindow();
    }

    static Hephaestus::SequenceOptions options(const QString &state)
    {
        Hephaestus::SequenceOptions options;
        options.stateDirectory = state;
        return options;
    }
};

/// Clicks and keys of a person at one window. On X11 they come from xdotool, through the display; elsewhere from Qt
/// Test.
class Hands
{
public:
    explicit Hands(QWidget &window) : m_window(window) {}

    void click(QWidget *widget)
    {
        QVERIFY(widget && widget->isVisible());
        click(widget, widget->rect().center());
    }
    void click(QWidget *widget, QPoint at)
    {
        if (!onX11())
            return QTest::mouseClick(widget, Qt::LeftButton, {}, at);
        pointAt(widget, at);
        xdotool({QStringLiteral("click"), QStringLiteral("1")});
    }

    /// With the left button held, from one place of the widget to another; `last` is done before it is released.
    void drag(QWidget *widget, QPoint from, QPoint to, const std::function<void()> &last = {})
    {
        press(widget, from);
        moveTo(widget, (from + to) / 2);
        moveTo(widget, to);
        if (last)
            last();
        if (onX11())
            return xdotool({QStringLiteral("mouseup"), QStringLiteral("1")});
        QTest::mouseRelease(widget, Qt::LeftButton, {}, to);
    }

    /// `name` as xdotool wants it (`ctrl+r`), and the same for Qt Test.
    void key(const QString &name, Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        if (!QApplication::activeWindow()) // no window manager gives the focus back when a dialog closes
            m_window.activateWindow();
        QTRY_VERIFY(QApplication::activeWindow());
        if (onX11())
            return xdotool({QStringLiteral("key"), name});
        QWidget *const window = QApplication::activeWindow();
        QTest::keyClick(window->focusWidget() ? window->focusWidget() : window, key, modifiers);
    }

    void type(const QString &text)
    {
        if (onX11())
            return xdotool({QStringLiteral("type"), QStringLiteral("--delay"), QStringLiteral("20"), text});
        for (const QChar letter : text) // the focus may follow what is typed
            QTest::keyClick(QApplication::activeWindow()->focusWidget(), letter.toLatin1());
    }

    QToolButton *tool(const QString &text) const { return visible<QToolButton>(text); }
    QPushButton *inDialog(const QString &text) const { return visible<QPushButton>(text); }

private:
    static bool onX11() { return QGuiApplication::platformName() == QLatin1StringView("xcb"); }
    static void xdotool(const QStringList &arguments)
    {
        QCOMPARE(QProcess::execute(QStringLiteral("xdotool"), arguments), 0);
    }

    static void pointAt(QWidget *widget, QPoint at)
    {
        const QPoint place = widget->mapToGlobal(at);
        xdotool({QStringLiteral("mousemove"), QString::number(place.x()), QString::number(place.y())});
    }
    static void press(QWidget *widget, QPoint at)
    {
        if (!onX11())
            return QTest::mousePress(widget, Qt::LeftButton, {}, at);
        pointAt(widget, at);
        xdotool({QStringLiteral("mousedown"), QStringLiteral("1")});
    }
    static void moveTo(QWidget *widget, QPoint at)
    {
        if (onX11())
            return pointAt(widget, at);
        QMouseEvent moved(QEvent::MouseMove, at, widget->mapToGlobal(at), Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(widget, &moved); // that of Qt Test has no button
    }

    template <typename Button>
    Button *visible(const QString &text) const
    {
        for (Button *const button : m_window.findChildren<Button *>()) {
            if (button->isVisible() && button->text().remove(u'&') == text)
                return button;
        }
        return nullptr;
    }

    QWidget &m_window;
};
