namespace Headgate.Api.Contract;

/// <summary>PUT /api/v1/accounts/{ref}/quota: every bound anew; null for none.</summary>
/// <param name="MaxVolumes">Volumes, those in the recycle bin too.</param>
/// <param name="MaxSnapshots">Snapshots.</param>
/// <param name="MaxBytes">Sum of the volumes' sizes.</param>
/// <param name="MaxMinIops">Sum of the min IOPS that volumes were granted.</param>
/// <param name="MaxMaxIops">Sum of the max IOPS of volumes. With it, a volume without a max is refused.</param>
public sealed record SetAccountQuota(
    long? MaxVolumes = null, long? MaxSnapshots = null, long? MaxBytes = null, long? MaxMinIops = null, long? MaxMaxIops = null);

/// <summary>What an account holds of something that its quota can bound.</summary>
/// <param name="Used">What it holds now, with what operations under way will hold.</param>
/// <param name="Limit">The most that it may hold; null for no bound.</param>
public sealed record QuotaLine(long Used, long? Limit);

/// <summary>GET /api/v1/quota, GET /api/v1/accounts/{ref}/quota</summary>
/// <param name="Account">Whose.</param>
/// <param name="Volumes">Volumes, those in the recycle bin too.</param>
/// <param name="Snapshots">Snapshots.</param>
/// <param name="Bytes">Sum of the volumes' sizes.</param>
/// <param name="MinIops">Sum of the min IOPS that volumes were granted.</param>
/// <param name="MaxIops">Sum of the max IOPS of volumes that have one.</param>
/// <param name="VolumesWithoutMax">Volumes that have none.</param>
public sealed record QuotaView(
    string Account, QuotaLine Volumes, QuotaLine Snapshots, QuotaLine Bytes, QuotaLine MinIops, QuotaLine MaxIops, long VolumesWithoutMax);

/// <summary>What usage comes to, exact: units times seconds.</summary>
/// <param name="ByteSeconds">Bytes times seconds.</param>
/// <param name="MinIopsSeconds">Min IOPS granted times seconds.</param>
/// <param name="MaxIopsSeconds">Max IOPS granted times seconds.</param>
/// <param name="Amount">What it costs by the prices of the offerings, rounded half to even to six digits; null when nothing of it has a price.</param>
public sealed record UsageSumView(decimal ByteSeconds, decimal MinIopsSeconds, decimal MaxIopsSeconds, decimal? Amount);

/// <summary>One line of GET /api/v1/usage.</summary>
/// <param name="Id">The object, or the account, or the account with the offering.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Kind">volume, snapshot or template; null where lines are of accounts or offerings.</param>
/// <param name="Name">The object's name, or the offering's.</param>
/// <param name="Sum">What it comes to.</param>
public sealed record UsageLineView(Guid Id, string Account, string? Kind, string? Name, UsageSumView Sum);

/// <summary>GET /api/v1/usage: one page, and the total of all pages.</summary>
/// <param name="From">The first moment.</param>
/// <param name="To">The end: what was asked, at most now.</param>
/// <param name="Items">The page.</param>
/// <param name="NextCursor">For the next page; null on the last.</param>
/// <param name="Total">Of all pages, rounded once.</param>
public sealed record UsageView(
    DateTimeOffset From, DateTimeOffset To, IReadOnlyList<UsageLineView> Items, string? NextCursor, UsageSumView Total);
