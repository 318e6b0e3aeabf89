using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Headgate.Blocks;
using Headgate.Node.Catalog;
using Headgate.Node.ElementApi;
using Headgate.Node.Io;
using Headgate.Node.Target;
using Headgate.Secrets;
using Microsoft.Extensions.Logging;

namespace Headgate.Node;

/// <summary>Puts a node together and starts it; what was opened is closed again when a later step fails.</summary>
internal static class NodeStart
{
    /// <summary>About 120 bits: nobody has to remember it.</summary>
    private const int PasswordLength = 20;

    private const string PasswordLetters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

    private static readonly NodeEvent QosIsOff = new(
        "qos-off", NodeEventSeverity.Warning,
        "QoS IS OFF: no min, max, burst or bandwidth limit of any volume is kept until the node is started without '--qos off', which is for measuring only.");

    public static async Task<StorageNode> RunAsync(StorageNodeOptions options, CancellationToken cancellation)
    {
        Check(options);
        var opened = new Stack<IDisposable>();
        try
        {
            return await StartAsync(options, opened, cancellation).ConfigureAwait(false);
        }
        catch
        {
            while (opened.TryPop(out var part)) part.Dispose();
            throw;
        }
    }

    private static async Task<StorageNode> StartAsync(StorageNodeOptions options, Stack<IDisposable> opened, CancellationToken cancellation)
    {
        var log = options.Logging.CreateLogger<StorageNode>();
        var events = new EventLog(options.Time, options.Events, log);
        var folder = Keep(opened, DataFolder.Open(options.DataFolder));
        var catalog = Keep(opened, OpenCatalog(options, folder));
        var store = Keep(opened, OpenStore(options, folder, events));
        var unusable = CatalogRepair.Run(catalog, store, events);
        var measurement = new CapacityMeasurement(options, catalog, folder, events);
        var capacity = new NodeCapacity(store, measurement.AtStart(), options.OverCommit, options.CapacityBytes);
        var io = Keep(opened, new IoPath(
            new IoPathOptions { CapacityIops = options.CapacityIops ?? 0, IsScheduled = options.IsQosOn }, options.Logging.CreateLogger<IoPath>()));
        if (!options.IsQosOn) events.Raise(QosIsOff);
        var overload = Keep(opened, new OverloadEvents(io, events, options.Time));
        var runtimes = new VolumeRuntimes(store, io, catalog, options.Time);
        OpenVolumes(catalog, runtimes, unusable);

        var directory = new TargetDirectory(catalog, runtimes);
        var sessions = new SessionRegistry();
        var target = new IscsiTarget(
            new IscsiTargetOptions { Portals = options.IscsiEndpoints, Advertised = options.Advertised, Redirects = options.Redirects },
            directory, io, sessions, events, options.Time, options.Logging.CreateLogger<IscsiTarget>());
        Listen(target, options);
        try
        {
            var services = new NodeServices(
                catalog, store, runtimes, new VolumeGates(), capacity, new AccessGuard(sessions, directory), events, options.Time);
            var api = new ElementApiParts(services, io, sessions, events, options);
            var server = await api.StartServerAsync(folder, target.Portals[0], cancellation).ConfigureAwait(false);
            var parts = new NodeParts
            {
                Folder = folder, Catalog = catalog, Store = store, Io = io, Overload = overload, Runtimes = runtimes, Capacity = capacity,
                Measurement = measurement,
                Sessions = sessions, Target = target, Server = server,
            };
            return new StorageNode(parts, api.StartMaintenance(log), api.Credentials, api.Addresses);
        }
        catch
        {
            await target.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static T Keep<T>(Stack<IDisposable> opened, T part) where T : IDisposable
    {
        opened.Push(part);
        return part;
    }

    private static void Check(StorageNodeOptions options)
    {
        var problem = options switch
        {
            { DataFolder: "" or null } => "The data folder is empty; give a path.",
            { IscsiEndpoints: [] } => "There is no address for the iSCSI target; give one at least.",
            { Advertised: var told } when told.FirstOrDefault(one => one.At is not null && !options.IscsiEndpoints.Contains(one.At)) is { } stray =>
                $"The portal {stray.Address} is to be told at {stray.At}, where the iSCSI target does not listen; it does on {string.Join(' ', options.IscsiEndpoints)}.",
            { Redirects: var sent } when sent.FirstOrDefault(one => !options.IscsiEndpoints.Contains(one.At)) is { } stray =>
                $"Logins at {stray.At} are to go to {stray.Address}, but the iSCSI target does not listen there; it does on {string.Join(' ', options.IscsiEndpoints)}.",
            { CapacityIops: <= 0 } => $"The capacity is {options.CapacityIops} IOPS; give a number above 0, or none to have it measured.",
            { OverCommit: not (> 0 and <= 100) } => $"The over-commit factor is {options.OverCommit}; give one above 0 and up to 100.",
            { CapacityBytes: <= 0 } => $"The capacity is {options.CapacityBytes} bytes; give a number above 0, or none for the whole file system.",
            { DeletedVolumeRetention.Ticks: < 0 } => "The retention of deleted volumes is negative.",
            { AdminUsername: "" or null } => "The admin's user name is empty.",
            { Name: "" or null or { Length: > 64 } } => "The cluster's name has to have 1 to 64 characters.",
            _ => null,
        };
        if (problem is not null) throw new StorageNodeException("options-invalid", problem);
    }

    private static NodeCatalog OpenCatalog(StorageNodeOptions options, DataFolder folder)
    {
        var keyPath = Path.Combine(folder.Keys, "node.key");
        var box = OpenKey(keyPath, folder);
        try
        {
            var catalog = NodeCatalog.Open(folder.Database, box, options.Time, () => ClusterIdentity.Create(
                options.Name, options.AdminUsername, options.AdminPassword ?? RandomNumberGenerator.GetString(PasswordLetters, PasswordLength),
                options.Time.GetUtcNow()));
            if (options.AdminPassword is { } password && !SameText(password, catalog.Current.Identity.AdminPassword))
                catalog.Change(edit => edit.SetIdentity(edit.State.Identity with { AdminPassword = password }));
            return catalog;
        }
        catch (CryptographicException problem)
        {
            throw new StorageNodeException(
                "key-mismatch",
                $"The key {keyPath} does not open the secrets in {folder.Database}. Restore both from one backup.", problem);
        }
    }

    /// <summary>A lost key is said, and not replaced: a new one would lock every stored secret away for good.</summary>
    private static SecretBox OpenKey(string keyPath, DataFolder folder)
    {
        if (File.Exists(folder.Database) && !File.Exists(keyPath))
            throw new StorageNodeException(
                "key-mismatch",
                $"The catalog {folder.Database} is there and its key {keyPath} is not. Restore the key from the backup that belongs to it.");
        try
        {
            return SecretBox.OpenOrCreate(keyPath);
        }
        catch (InvalidDataException problem)
        {
            throw new StorageNodeException("key-mismatch", problem.Message, problem);
        }
    }

    private static bool SameText(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private static void OpenVolumes(NodeCatalog catalog, VolumeRuntimes runtimes, IReadOnlySet<long> unusable)
    {
        foreach (var volume in catalog.Current.Volumes.Values)
        {
            if (volume.Status is VolumeStatus.Active && !unusable.Contains(volume.Id)) runtimes.Open(volume, isRestart: true);
        }
    }

    private static VolumeStore OpenStore(StorageNodeOptions options, DataFolder folder, EventLog events)
    {
        try
        {
            var store = VolumeStore.Open(folder.Volumes, options.Io);
            var isFallback = options.Io == FileIoMode.Auto && !store.Io.IsDirect;
            events.Raise(new NodeEvent(
                "volume-io-chosen", isFallback ? NodeEventSeverity.Warning : NodeEventSeverity.Information,
                $"Volumes in {folder.Volumes} are read and written with {store.Io.Name} I/O: {store.Io.Reason}."));
            return store;
        }
        catch (VolumeStoreException problem)
        {
            throw new StorageNodeException(problem.Code, problem.Message, problem);
        }
    }

    private static void Listen(IscsiTarget target, StorageNodeOptions options)
    {
        try
        {
            target.Start();
        }
        catch (SocketException problem) when (problem.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            throw new StorageNodeException(
                "port-in-use",
                $"The iSCSI target cannot listen on {string.Join(' ', options.IscsiEndpoints)}: another program does, or two of these are one. Stop that one, or give another port.", problem);
        }
        catch (SocketException problem)
        {
            throw new StorageNodeException(
                "options-invalid", $"The iSCSI target cannot listen on {string.Join(' ', options.IscsiEndpoints)}: {problem.Message}", problem);
        }
    }
}
