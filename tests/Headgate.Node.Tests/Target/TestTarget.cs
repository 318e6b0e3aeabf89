using System.Collections.Concurrent;
using System.Net;
using Headgate.Blocks;
using Headgate.Node.Io;
using Headgate.Node.Target;
using Headgate.Qos;
using Headgate.Scsi;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Node.Tests.Target;

/// <summary>
/// A whole target on loopback over disks in memory, with a directory that tests change as they go. Unless a test brings a
/// clock of its own, time stands still in it: no deadline passes and no ping is sent, however slow the machine.
/// </summary>
public sealed class TestTarget : ITargetDirectory, INodeEvents, IAsyncDisposable
{
    public const string Prefix = "iqn.2026-11.io.headgate:test.";

    private readonly ConcurrentDictionary<string, VolumeRuntime> _volumes = new();
    private readonly ConcurrentQueue<string> _names = new();
    private long _lastVolumeId;

    /// <param name="options">Of the target.</param>
    /// <param name="clock">Of the target.</param>
    /// <param name="logger">Of the target.</param>
    /// <param name="mayHoldMedium">For a test that stops its medium: no connection's own thread is at it then.</param>
    public TestTarget(
        IscsiTargetOptions? options = null, TimeProvider? clock = null, ILogger<IscsiTarget>? logger = null, bool mayHoldMedium = false)
    {
        var io = new IoPathOptions { DataThreads = 2, SlowThreads = 2, InFlightMax = 4 };
        Io = new IoPath(mayHoldMedium ? io with { AloneBytesMax = 0 } : io);
        Target = new IscsiTarget(
            options ?? new IscsiTargetOptions { Portals = [new IPEndPoint(IPAddress.Loopback, 0)] },
            this, Io, Sessions, this, clock ?? new FakeTimeProvider(), logger ?? NullLogger<IscsiTarget>.Instance);
        Target.Start();
    }

    public IoPath Io { get; }

    public SessionRegistry Sessions { get; } = new();

    public IscsiTarget Target { get; }

    public ConcurrentQueue<NodeEvent> Events { get; } = new();

    public AuthenticationRule Rule { get; set; } = AuthenticationRule.Optional;

    public ConcurrentDictionary<string, ChapSecrets> Users { get; } = new();

    /// <summary>Who may not, by target name.</summary>
    public ConcurrentDictionary<string, TargetRefusal> Refused { get; } = new();

    /// <summary>Where targets are served instead, by name.</summary>
    public ConcurrentDictionary<string, TargetRedirect> Redirects { get; } = new();

    public TargetRedirect? FindRedirect(string targetName) => Redirects.GetValueOrDefault(targetName);

    public VolumeRuntime AddVolume(
        string name, long bytes = 4 << 20, VolumeLimits? limits = null, IBlockDevice? device = null, bool removable = false)
    {
        var id = Interlocked.Increment(ref _lastVolumeId);
        var targetName = Prefix + name;
        var identity = new LogicalUnitIdentity(
            "HEADGATE", "TEST DISK       ", "1   ", $"serial{id}", [0x60, .. new byte[14], (byte)id], [.. new byte[7], (byte)id], targetName);
        var unit = new LogicalUnit(identity, new LogicalUnitGeometry((ulong)bytes / 512, 512, 4096, Removable: removable));
        var volume = new VolumeRuntime(
            id, targetName, device ?? new MemoryBlockDevice(bytes), unit, Io.AddVolume(id, limits ?? VolumeLimits.None));
        _volumes[targetName] = volume;
        return volume;
    }

    public AuthenticationRule RuleFor(string initiatorName, string? targetName) => Rule;

    public ChapSecrets? FindChap(string username, string initiatorName) => Users.GetValueOrDefault(username);

    public TargetGrant Authorize(string initiatorName, string? chapUser, string targetName)
    {
        if (Refused.TryGetValue(targetName, out var refusal)) return new(null, refusal);
        return _volumes.TryGetValue(targetName, out var volume) ? new(volume, default) : new(null, TargetRefusal.NotFound);
    }

    public VolumeRuntime? FindByDesignator(ReadOnlySpan<byte> designator)
    {
        foreach (var volume in _volumes.Values)
        {
            if (volume.Unit.Identity.IsNamed(designator)) return volume;
        }
        return null;
    }

    public IReadOnlyList<string> VisibleTargets(string initiatorName, string? chapUser) => [.. _volumes.Keys.Concat(_names).Order()];

    /// <summary>A target that is only told of.</summary>
    public void AddName(string name) => _names.Enqueue(Prefix + name);

    public void Raise(NodeEvent happened) => Events.Enqueue(happened);

    public async ValueTask DisposeAsync()
    {
        await Target.DisposeAsync();
        Io.Stop();
    }
}
