using Headgate.Primitives;

namespace Headgate.DiskImages;

/// <summary>Every bound on images. What is outside one is refused before it fills the store or keeps a step busy for good.</summary>
public sealed record ImageLimits
{
    /// <summary>Largest file taken: cloud images are 0.3 to 3 GiB, a full Windows server 15 to 30 GiB.</summary>
    public ByteSize File { get; init; } = ByteSize.GiB(64);

    /// <summary>Largest disk in an image. All of it is read and hashed when it is registered, and moved and read back at each pool's first use: hours for more than this.</summary>
    public ByteSize Disk { get; init; } = ByteSize.TiB(1);

    /// <summary>
    /// What a download or an unpacking must leave free in the store's file system, which holds the database too: a day of a busy
    /// journal, and what others write between two looks.
    /// </summary>
    public ByteSize KeepFree { get; init; } = ByteSize.GiB(2);

    /// <summary>
    /// What the images that one account has uploaded for itself may take in the store, unpacked and sparse: a dozen full Windows servers. Public
    /// images and those that the server fetched are admins' and do not count.
    /// </summary>
    public ByteSize PerAccount { get; init; } = ByteSize.GiB(256);

    /// <summary>Redirects followed: mirrors use one or two (curl follows 50, browsers 20).</summary>
    public int Redirects { get; init; } = 5;

    /// <summary>How long a connection to a server may take to come up.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a sender may send nothing.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What a sender must send on average, once <see cref="Silence"/> has passed: half a Mbit/s, less than any line that images come over. Who crawls holds a place that others want.</summary>
    public ByteSize SlowestPerSecond { get; init; } = new(64 << 10);

    /// <summary>How long an upload, a download or an unpacking may take in all: the largest file at 3 MiB/s.</summary>
    public TimeSpan Whole { get; init; } = TimeSpan.FromHours(6);

    /// <summary>How long an image whose template is not in the database is kept: who restored an old database finds it out in less.</summary>
    public TimeSpan KeepStrange { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Longest address.</summary>
    public const int UrlChars = 2048;
}
