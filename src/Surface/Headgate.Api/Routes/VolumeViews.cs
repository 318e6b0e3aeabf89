using Headgate.Api.Contract;
using Headgate.Control;
using Headgate.Domain;
using Headgate.Storage.Sdk;

namespace Headgate.Api.Routes;

/// <summary>Volumes, promises and connections as the contract shows them.</summary>
internal static class VolumeViews
{
    public static Contract.VolumeView Show(VolumeDetails found) => new()
    {
        Id = found.Volume.Id,
        Name = found.Volume.Name,
        Account = found.Account,
        State = Words.Of(found.Volume.State),
        Cause = found.Volume.Cause?.ToString(),
        Type = found.Volume.Type.ToString().ToUpperInvariant(),
        Zone = found.Zone,
        Pool = found.Pool,
        DiskOffering = found.DiskOffering,
        OfferingVersion = found.OfferingVersion,
        OfferingOutdated = found.IsOfferingOutdated,
        SizeBytes = found.Volume.Size.Bytes,
        Promises = Show(found.Volume.Promises),
        Initiators = found.Initiators,
        Handle = found.Volume.Handle,
        CreatedAt = found.Volume.CreatedAt,
    };

    public static VolumeQosView Show(VolumeQosDetails found) => new(
        found.Volume.Id, found.Volume.Name, Show(found.Promises), found.Measured is { } m ? Show(m) : null, found.MeasuredProblem);

    public static ConnectionView Show(Connection connection) => connection switch
    {
        Connection.Iscsi iscsi => new ConnectionView(
            "iscsi", iscsi.Portals, iscsi.TargetName, iscsi.Lun,
            iscsi.Chap is { } chap ? new ChapView(chap.Username, chap.Secret, chap.TargetSecret) : null, UriOf(iscsi)),
        Connection.Rbd rbd => new ConnectionView("rbd", rbd.Monitors, "", 0, null, UriOf(rbd))
        {
            Rbd = new RbdView(rbd.Pool, rbd.Namespace, rbd.Image, rbd.User, rbd.Key),
        },
        Connection.Local local => new ConnectionView("local", [], "", 0, null, new Uri(local.Path).AbsoluteUri),
        _ => throw new System.Diagnostics.UnreachableException(connection.GetType().Name),
    };

    public static IReadOnlyList<PromiseView> Show(IReadOnlyList<Promise> promises) =>
    [
        .. promises.Select(p => new PromiseView(
            Words.Of(p.Kind), p.Requested, p.Required, p.Granted, Words.Of(p.EnforcedBy), p.Applied)),
    ];

    private static MeasuredView Show(VolumeStatistics figures) => new(
        figures.At, figures.Iops, figures.BytesPerSecond, figures.LatencyMicros, figures.Throttle, figures.BurstCredit)
    {
        Service = figures.Service is { } s
            ? new ServiceView(
                s.QueueDepth, s.LatencyP50Micros, s.LatencyP99Micros, s.SchedulerMicros, s.MediumMicros, s.HeldByLimit, s.HeldByLimitSeconds, s.BelowMinSeconds)
            : null,
    };

    // libiscsi's form, which QEMU and its tools take as it is: iscsi://USER%SECRET@HOST:PORT/TARGET/LUN. They do not decode
    // the credentials, so these are not encoded either.
    private static string UriOf(Connection.Iscsi iscsi)
    {
        var login = iscsi.Chap is { } chap ? $"{chap.Username}%{chap.Secret}@" : "";
        return $"iscsi://{login}{iscsi.Portals[0]}/{iscsi.TargetName}/{iscsi.Lun}";
    }

    // QEMU's form: rbd:POOL[/NAMESPACE]/IMAGE:OPTION=VALUE..., with a backslash before what separates. Everything is in it,
    // so it needs no ceph.conf on the host; one that is there is read first. Semicolons, because -drive ends a file at a comma.
    private static string UriOf(Connection.Rbd rbd)
    {
        var image = rbd.Namespace is null ? $"{rbd.Pool}/{rbd.Image}" : $"{rbd.Pool}/{rbd.Namespace}/{rbd.Image}";
        return $"rbd:{Escape(image)}:id={Escape(rbd.User)}:key={Escape(rbd.Key)}:mon_host={Escape(string.Join(';', rbd.Monitors))}";

        static string Escape(string text) => text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(":", @"\:", StringComparison.Ordinal)
            .Replace("=", @"\=", StringComparison.Ordinal).Replace("@", @"\@", StringComparison.Ordinal);
    }
}
