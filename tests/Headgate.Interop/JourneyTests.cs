using System.Security.Cryptography;
using Headgate.Interop.Harness;

namespace Headgate.Interop;

/// <summary>From an offering to bytes on the wire with the CLI alone, with QEMU's tools as the initiator.</summary>
[Collection(SharedServer.Name)]
public sealed class JourneyTests(HeadgateUp server)
{
    private const long ImageBytes = 256L << 20;
    private const long LunBytes = 1L << 30; // an Element volume has 1 GB at least

    /// <summary>What QEMU calls itself when it is given a URI and nothing else.</summary>
    private const string QemuInitiator = "iqn.2008-11.org.linux-kvm";

    private static readonly TimeSpan CopyTimeout = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_file_system_image_written_by_qemu_reads_back_identical_under_its_limit()
    {
        var up = server.Up;
        var qemuImg = Tool.Require("qemu-img", "qemu-utils");
        Tool.RequireQemuIscsi();
        var image = await MakeImageAsync();

        await up.CliJsonAsync("disk-offering", "create", "--name", "journey", "--size", "1GiB", "--min-iops", "200", "--max-iops", "1000", "--burst-iops", "1000", "--require", "min,max");
        var volume = await up.CliJsonAsync("volume", "create", "--name", "journey1", "--disk-offering", "journey");
        Assert.Equal(("ready", LunBytes), (volume.GetProperty("state").GetString(), volume.GetProperty("sizeBytes").GetInt64()));
        var lun = await Lun.ConnectAsync(up, "journey1", QemuInitiator);

        var back = Path.Combine(server.Folder, "back.raw");
        var write = await Tool.RunAsync(qemuImg, ["convert", "-n", "-f", "raw", "-O", "raw", image, lun.Uri], CopyTimeout);
        Assert.True(write.Exit == 0, write + up.Output);
        var read = await Tool.RunAsync(qemuImg, ["convert", "-f", "raw", "-O", "raw", lun.Uri, back], CopyTimeout);
        Assert.True(read.Exit == 0, read + up.Output);

        Assert.Equal(LunBytes, new FileInfo(back).Length);
        Assert.Equal(await HashAsync(image), await HashAsync(back));
        var check = await Tool.RunAsync(Tool.Require("e2fsck", "e2fsprogs"), ["-fn", back], CopyTimeout);
        Assert.True(check.Exit == 0, check.ToString());
    }

    /// <summary>An ext4 image of 256 MiB with 16 MiB of files that do not compress.</summary>
    private async Task<string> MakeImageAsync()
    {
        var files = Directory.CreateDirectory(Path.Combine(server.Folder, "files")).FullName;
        for (var i = 0; i < 16; i++)
        {
            var bytes = new byte[1 << 20];
            new Random(i).NextBytes(bytes);
            await File.WriteAllBytesAsync(Path.Combine(files, $"file{i}"), bytes, TestContext.Current.CancellationToken);
        }
        var image = Path.Combine(server.Folder, "image.raw");
        await using (var raw = File.Create(image)) raw.SetLength(ImageBytes);
        var made = await Tool.RunAsync(Tool.Require("mke2fs", "e2fsprogs"), ["-q", "-t", "ext4", "-d", files, image], CopyTimeout);
        Assert.True(made.Exit == 0, made.ToString());
        return image;
    }

    /// <summary>Of the image, however much longer the disk is.</summary>
    private static async Task<string> HashAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (long at = 0; at < ImageBytes; at += buffer.Length)
        {
            await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken);
            hash.AppendData(buffer);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
