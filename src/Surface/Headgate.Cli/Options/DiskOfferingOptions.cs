using System.CommandLine;
using Headgate.Api.Contract;

namespace Headgate.Cli.Options;

/// <summary>All of a disk offering but its name: the same for <c>create</c> and <c>update</c>.</summary>
internal sealed class DiskOfferingOptions
{
    private readonly Option<long?> _size = Given.Size("--size", "The size of its disks.");
    private readonly Option<bool> _customSize = Given.Flag("--custom-size", "Let each volume choose its own size.");
    private readonly Option<(long? From, long? To)?> _range = Given.SizeRange("--size-range", "With --custom-size: the sizes that may be chosen, for example 10GiB:2TiB.");
    private readonly QosOptions _qos = new();
    private readonly OfferingOptions _common = new();

    public Symbol[] All => [_size, _customSize, _range, .. _qos.All, .. _common.All];

    /// <summary>Refuses what gives both or, where one is needed, neither of a size and a custom size.</summary>
    public void Validate(Command verb, bool needsOne) => verb.Validators.Add(result =>
    {
        var (sized, custom) = (result.GetResult(_size) is { Implicit: false }, result.GetValue(_customSize));
        if ((sized && custom) || (needsOne && !sized && !custom)) result.AddError("Give exactly one of --size and --custom-size.");
    });

    public CreateDiskOffering Create(Session session, string name) => Over(session, new CreateDiskOffering { Name = name }, []);

    public UpdateDiskOffering Update(Session session, DiskOfferingView now, string[] cleared) => Over(
        session,
        new UpdateDiskOffering
        {
            BasedOn = now.Version, SizeBytes = now.SizeBytes, CustomSize = now.CustomSize, SizeFromBytes = now.SizeFromBytes, SizeToBytes = now.SizeToBytes,
            Qos = now.Qos, Tags = now.Tags, TagExpression = now.TagExpression, Zones = now.Zones, Accounts = now.Accounts, Price = now.Price,
        },
        cleared);

    private T Over<T>(Session session, T now, string[] cleared) where T : DiskOfferingBody
    {
        var (size, custom, range) = (session.Get(_size), session.Get(_customSize), session.Get(_range));
        var keepsRange = size is null && !cleared.Contains("size-range");
        return _common.Over(session, now, cleared) with
        {
            SizeBytes = size ?? (custom ? null : now.SizeBytes),
            CustomSize = custom || (size is null && now.CustomSize),
            SizeFromBytes = range is { } given ? given.From : keepsRange ? now.SizeFromBytes : null,
            SizeToBytes = range is { } to ? to.To : keepsRange ? now.SizeToBytes : null,
            Qos = _qos.Over(session, OfferingOptions.Less(now.Qos, cleared)),
        };
    }
}
