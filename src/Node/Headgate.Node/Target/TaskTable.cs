using System.Diagnostics.CodeAnalysis;

namespace Headgate.Node.Target;

/// <summary>The tasks of a session by their tags, and the pool that they come from. Not thread safe: under the session's lock.</summary>
internal sealed class TaskTable(Session session)
{
    private readonly Dictionary<uint, ScsiTask> _byTag = new(CommandNumbers.WindowDepth);
    private readonly Stack<ScsiTask> _free = new(CommandNumbers.WindowDepth);
    private ushort _made;

    public ICollection<ScsiTask> All => _byTag.Values;

    /// <summary>A task to fill in; null when <see cref="ushort.MaxValue"/> are in use at a time.</summary>
    public ScsiTask? Take()
    {
        if (_free.TryPop(out var free)) return free;
        // Slot 0xFFFF would make transfer tags that look like "none".
        return _made == ushort.MaxValue ? null : new ScsiTask(session, _made++);
    }

    public bool TryAdd(ScsiTask task) => _byTag.TryAdd(task.TaskTag, task);

    public bool TryFind(uint tag, [NotNullWhen(true)] out ScsiTask? task) => _byTag.TryGetValue(tag, out task);

    public void Remove(ScsiTask task) => _byTag.Remove(task.TaskTag);

    public void GiveBack(ScsiTask task) => _free.Push(task);
}
