// SPDX-License-Identifier: GPL-3.0-or-later
//
// What hephaestus_manifest.py does for each import, in machine code: an audit hook of Python's costs more than all that
// it notes. Python's stable ABI: one file serves CPython 3.10 and later. Where it cannot be loaded, hephaestus_manifest
// does the same by itself.
//
// All of it runs under the interpreter lock. Nothing here fails an import: what cannot be noted is left to the
// functions of hephaestus_manifest, and their errors are dropped.
#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030A0000
#include <Python.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <sys/stat.h>

// In every Python that this is for, and in its limited headers later or never
extern "C" int PySys_AddAuditHook(int (*hook)(const char *, PyObject *, void *), void *data);
extern "C" __attribute__((weak)) void PyThreadState_EnterTracing(PyThreadState *thread);
extern "C" __attribute__((weak)) void PyThreadState_LeaveTracing(PyThreadState *thread);

namespace {

constexpr Py_ssize_t Remembered = 8; // files opened last, whose text may be executed

/// Owned for as long as the process lives; all null until follow() was called.
struct Follower
{
    PyInterpreterState *interpreter = nullptr; ///< the one whose imports are noted
    PyObject *states = nullptr;                ///< dict: source -> stamp (bytes), once it was looked at
    PyObject *texts = nullptr;                 ///< dict: sources that were compiled
    PyObject *known = nullptr;                 ///< dict: sources that were noted or reported
    PyObject *pending = nullptr;               ///< list: source, stamp, byte code of each module
    PyObject *announced = nullptr; ///< list: while it is empty, what is added to `pending` is to be announced
    PyObject *opened = nullptr;    ///< list of paths
    PyObject *seen = nullptr;      ///< set of file names of code that were executed without importlib
    PyObject *announce = nullptr;  ///< called after something was added to `pending`
    PyObject *execute = nullptr;   ///< (name, stamp or None, byte code or None), for all else
    PyObject *compile = nullptr;   ///< (source, name)
    PyObject *pathStats = nullptr; ///< importlib's own function
    PyObject *fileName = nullptr;  ///< the string "co_filename"
    PyObject *mtime = nullptr;     ///< "mtime"
    PyObject *size = nullptr;      ///< "size"
};

Follower s_follower;

/// The byte code that this thread opened last and has not executed; owned.
thread_local PyObject *t_byteCode = nullptr;

std::string_view textOf(PyObject *text)
{
    Py_ssize_t size = 0;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);
    if (!bytes) {
        PyErr_Clear(); // a name that is no text
        return {};
    }
    return {bytes, std::size_t(size)};
}

void rememberByteCode(PyObject *path)
{
    Py_XINCREF(path);
    PyObject *before = t_byteCode;
    t_byteCode = path;
    Py_XDECREF(before);
}

/// A function of ours, which a debugger of the program does not see.
void call(PyObject *function, PyObject *first = nullptr, PyObject *second = nullptr, PyObject *third = nullptr)
{
    PyThreadState *thread = PyThreadState_EnterTracing ? PyThreadState_Get() : nullptr;
    if (thread)
        PyThreadState_EnterTracing(thread);
    PyObject *result = PyObject_CallFunctionObjArgs(function, first, second, third, nullptr);
    if (!result)
        PyErr_Clear();
    Py_XDECREF(result);
    if (thread)
        PyThreadState_LeaveTracing(thread);
}

std::string_view nameOf(std::string_view path)
{
    path.remove_prefix(path.rfind('/') + 1);
    return path;
}

/// Whether this byte code may be that of this source: `some.cpython-311.pyc` of `some.py`.
bool isByteCodeOf(PyObject *byteCode, PyObject *source)
{
    std::string_view name = nameOf(textOf(source));
    if (!byteCode || name.size() < 4 || !name.ends_with(".py"))
        return false;
    name.remove_suffix(2); // its dot is part of both
    return nameOf(textOf(byteCode)).starts_with(name);
}

bool isIn(PyObject *dictionary, PyObject *key)
{
    const int is = PyDict_Size(dictionary) > 0 ? PyDict_Contains(dictionary, key) : 0;
    if (is < 0)
        PyErr_Clear();
    return is != 0;
}

/// A module that comes from byte code, for the first time. False: it is to be told by itself.
bool noteModule(PyObject *name, PyObject *stamp)
{
    Follower &f = s_follower;
    if (!PyBytes_CheckExact(stamp) || isIn(f.texts, name) || isIn(f.known, name) || !isByteCodeOf(t_byteCode, name))
        return false;
    PyObject *module = PyTuple_Pack(3, name, stamp, t_byteCode);
    const bool isNoted = module && PyDict_SetItem(f.known, name, Py_True) == 0
        && PyList_SetSlice(f.pending, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, module) == 0; // at once: others take whole ones
    Py_XDECREF(module);
    if (!isNoted) {
        PyErr_Clear();
        return false;
    }
    if (PyList_Size(f.announced) == 0)
        call(f.announce);
    return true;
}

void executed(PyObject *code)
{
    Follower &f = s_follower;
    PyObject *name = PyObject_GetAttr(code, f.fileName);
    if (!name || !PyUnicode_CheckExact(name)) {
        PyErr_Clear(); // no code object
        Py_XDECREF(name);
        return;
    }
    PyObject *stamp = PyDict_GetItemWithError(f.states, name);
    Py_XINCREF(stamp);
    if (stamp && PyDict_DelItem(f.states, name) != 0)
        PyErr_Clear();
    const bool isTold = stamp ? !noteModule(name, stamp) : PySet_Contains(f.seen, name) == 0;
    PyErr_Clear();
    if (isTold) {
        PyObject *byteCode = t_byteCode ? t_byteCode : Py_None;
        Py_INCREF(byteCode); // another may be opened meanwhile
        call(f.execute, name, stamp ? stamp : Py_None, byteCode);
        Py_DECREF(byteCode);
    }
    rememberByteCode(nullptr); // it was for this, or is of no use any more
    Py_XDECREF(stamp);
    Py_DECREF(name);
}

void opened(PyObject *path, PyObject *mode)
{
    if (!PyUnicode_CheckExact(path) || !PyUnicode_CheckExact(mode))
        return;
    const std::string_view how = textOf(mode);
    if (how != "r" && how != "rb")
        return;
    if (textOf(path).ends_with(".pyc"))
        return rememberByteCode(path);
    PyObject *paths = s_follower.opened;
    if (PyList_Append(paths, path) != 0)
        PyErr_Clear();
    if (const Py_ssize_t size = PyList_Size(paths);
        size > Remembered && PyList_SetSlice(paths, 0, size - Remembered, nullptr))
        PyErr_Clear();
}

/// Called for each event of each interpreter. Never fails one.
int audit(const char *event, PyObject *arguments, void *)
{
    const bool isExecuted = std::strcmp(event, "exec") == 0;
    const bool isOpened = !isExecuted && std::strcmp(event, "open") == 0;
    if ((!isExecuted && !isOpened && std::strcmp(event, "compile") != 0) || !arguments
        || PyInterpreterState_Get() != s_follower.interpreter)
        return 0;
    PyObject *first = PyTuple_GetItem(arguments, 0);
    PyObject *second = isExecuted ? nullptr : PyTuple_GetItem(arguments, 1);
    if (!first || (!isExecuted && !second))
        PyErr_Clear();
    else if (isExecuted)
        executed(first);
    else if (isOpened)
        opened(first, second);
    else
        call(s_follower.compile, first, second);
    return 0;
}

void put(char *at, std::uint64_t value)
{
    for (int i = 0; i < 8; ++i)
        at[i] = char(value >> (8 * i));
}

std::uint64_t nanoseconds(const timespec &time) { return std::uint64_t(time.tv_sec * 1'000'000'000 + time.tv_nsec); }

/// As STAMPS of a report have it.
PyObject *stampOf(const struct stat &status)
{
    std::array<char, 40> stamp{};
    const std::array<std::uint64_t, 5> fields{status.st_dev, status.st_ino, std::uint64_t(status.st_size),
                                              nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
    for (std::size_t i = 0; i < fields.size(); ++i)
        put(stamp.data() + i * 8, fields[i]);
    return PyBytes_FromStringAndSize(stamp.data(), stamp.size());
}

bool noteState(PyObject *path, const struct stat &status)
{
    PyObject *stamp = stampOf(status);
    const bool isNoted = stamp && PyDict_SetItem(s_follower.states, path, stamp) == 0;
    Py_XDECREF(stamp);
    return isNoted;
}

/// Two new references, which are dropped; null if it cannot be made.
PyObject *statsOf(PyObject *modified, PyObject *size)
{
    PyObject *stats = modified && size ? PyDict_New() : nullptr;
    if (stats
        && (PyDict_SetItem(stats, s_follower.mtime, modified) != 0
            || PyDict_SetItem(stats, s_follower.size, size) != 0)) {
        Py_DECREF(stats);
        stats = nullptr;
    }
    Py_XDECREF(modified);
    Py_XDECREF(size);
    return stats;
}

/// Of a file with this name; false with errno, or if nothing can have that name. Other threads go on meanwhile.
bool statOf(PyObject *path, struct stat &status)
{
    const std::string_view text = textOf(path);
    PyObject *encoded = nullptr;
    const char *name = text.data();
    Py_ssize_t size = Py_ssize_t(text.size());
    if (!name || size != PyUnicode_GetLength(path)) { // not ASCII: by the encoding of file names
        encoded = PyUnicode_EncodeFSDefault(path);
        name = encoded ? PyBytes_AsString(encoded) : nullptr;
        size = encoded ? PyBytes_Size(encoded) : 0;
        PyErr_Clear();
    }
    bool isThere = name && std::memchr(name, 0, std::size_t(size)) == nullptr;
    if (isThere) {
        PyThreadState *thread = PyEval_SaveThread();
        isThere = ::stat(name, &status) == 0;
        PyEval_RestoreThread(thread);
    }
    Py_XDECREF(encoded);
    return isThere;
}

/// importlib's own function, with what ours was called with.
PyObject *callOriginal(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    PyObject *all = PyTuple_New(count + 1);
    PyObject *named = names ? PyDict_New() : nullptr;
    bool isReady = all && (!names || named);
    for (Py_ssize_t i = 0; isReady && i <= count; ++i) {
        PyObject *each = i == 0 ? self : arguments[i - 1];
        Py_INCREF(each);
        isReady = PyTuple_SetItem(all, i, each) == 0;
    }
    for (Py_ssize_t i = 0; isReady && names && i < PyTuple_Size(names); ++i)
        isReady = PyDict_SetItem(named, PyTuple_GetItem(names, i), arguments[count + i]) == 0;
    PyObject *result = isReady ? PyObject_Call(s_follower.pathStats, all, named) : nullptr;
    Py_XDECREF(all);
    Py_XDECREF(named);
    return result;
}

/// SourceFileLoader.path_stats(path), which also notes the stamp that it saw. What is out of the ordinary goes to
/// importlib's own function, errors too.
PyObject *pathStats(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    struct stat status = {};
    const bool isUsual = count == 1 && !names && PyUnicode_CheckExact(arguments[0])
        && PyInterpreterState_Get() == s_follower.interpreter;
    if (!isUsual || !statOf(arguments[0], status))
        return callOriginal(self, arguments, count, names);
    if (!noteState(arguments[0], status))
        return nullptr;
    return statsOf(PyFloat_FromDouble(double(status.st_mtim.tv_sec) + 1e-9 * double(status.st_mtim.tv_nsec)),
                   PyLong_FromLongLong(status.st_size));
}

PyMethodDef s_pathStats{"path_stats", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(pathStats)),
                        METH_FASTCALL | METH_KEYWORDS, "Return the metadata for the path."};

/// follow(loader, states, texts, known, pending, announced, opened, seen, announce, execute, compile): notes imports
/// from now on, and returns what is to be loader.path_stats. Once in a process.
PyObject *follow(PyObject *, PyObject *arguments)
{
    if (s_follower.interpreter) {
        PyErr_SetString(PyExc_RuntimeError, "imports are followed already");
        return nullptr;
    }
    Follower f;
    PyObject *loader = nullptr;
    if (!PyArg_ParseTuple(arguments, "O!O!O!O!O!O!O!O!OOO", &PyType_Type, &loader, &PyDict_Type, &f.states,
                          &PyDict_Type, &f.texts, &PyDict_Type, &f.known, &PyList_Type, &f.pending, &PyList_Type,
                          &f.announced, &PyList_Type, &f.opened, &PySet_Type, &f.seen, &f.announce, &f.execute,
                          &f.compile))
        return nullptr;
    f.pathStats = PyObject_GetAttrString(loader, "path_stats");
    f.fileName = PyUnicode_InternFromString("co_filename");
    f.mtime = PyUnicode_InternFromString("mtime");
    f.size = PyUnicode_InternFromString("size");
    PyObject *method = PyDescr_NewMethod(reinterpret_cast<PyTypeObject *>(loader), &s_pathStats);
    if (!f.pathStats || !f.fileName || !f.mtime || !f.size || !method)
        return nullptr; // out of memory
    for (PyObject *each :
         {f.states, f.texts, f.known, f.pending, f.announced, f.opened, f.seen, f.announce, f.execute, f.compile})
        Py_INCREF(each);
    if (PySys_AddAuditHook(audit, nullptr) != 0) {
        Py_DECREF(method);
        return nullptr;
    }
    f.interpreter = PyInterpreterState_Get();
    s_follower = f;
    return method;
}

std::array<PyMethodDef, 2> s_functions{{{"follow", follow, METH_VARARGS, nullptr}, {nullptr, nullptr, 0, nullptr}}};

std::array<PyModuleDef_Slot, 1> s_slots{{{0, nullptr}}};

PyModuleDef s_module{PyModuleDef_HEAD_INIT,
                     "_hephaestus_audit",
                     nullptr,
                     0,
                     s_functions.data(),
                     s_slots.data(),
                     nullptr,
                     nullptr,
                     nullptr};

} // namespace

PyMODINIT_FUNC PyInit__hephaestus_audit() { return PyModuleDef_Init(&s_module); }
