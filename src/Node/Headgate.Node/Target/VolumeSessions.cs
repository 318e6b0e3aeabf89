using System.Runtime.CompilerServices;

namespace Headgate.Node.Target;

/// <summary>What the sessions of one volume share.</summary>
internal sealed class VolumeSessions(VolumeRuntime volume)
{
    private readonly Lock _gate = new();
    private Session[] _sessions = [];

    public WriteGuard Writes { get; } = new();

    public BlockMedium Medium { get; } = new(volume.Device, volume.Unit.Geometry.LogicalBlockBytes);

    /// <summary>Those that are open now, and those whose last commands are still under way.</summary>
    public IReadOnlyList<Session> All => Volatile.Read(ref _sessions);

    public void Add(Session session)
    {
        lock (_gate) Volatile.Write(ref _sessions, [.. _sessions, session]);
    }

    public void Remove(Session session)
    {
        lock (_gate) Volatile.Write(ref _sessions, [.. _sessions.Where(other => other != session)]);
    }
}

/// <summary>The shared parts by volume; they live as long as the volume does.</summary>
internal sealed class VolumeSessionsTable
{
    private readonly ConditionalWeakTable<VolumeRuntime, VolumeSessions> _byVolume = [];

    public VolumeSessions Of(VolumeRuntime volume) => _byVolume.GetValue(volume, static key => new VolumeSessions(key));
}
