using System.Security.Cryptography;
using Headgate.Secrets;

namespace Headgate.Primitives.Tests;

public sealed class SecretBoxTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"hg-secrets-{Guid.NewGuid():N}");

    private string KeyFile => Path.Combine(_folder, "secrets.key");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pässwörd with spaces")]
    public void What_is_sealed_opens_again_after_a_restart(string secret)
    {
        string sealedSecret;
        using (var box = SecretBox.OpenOrCreate(KeyFile)) sealedSecret = box.Seal(secret, "pool/7/password");
        using var later = SecretBox.OpenOrCreate(KeyFile);
        Assert.Equal(secret, later.Open(sealedSecret, "pool/7/password"));
        if (secret.Length > 0) Assert.DoesNotContain(secret, sealedSecret, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_moved_to_another_owner_does_not_open()
    {
        using var box = SecretBox.OpenOrCreate(KeyFile);
        var sealedSecret = box.Seal("secret", "pool/7/password");
        Assert.ThrowsAny<CryptographicException>(() => box.Open(sealedSecret, "pool/8/password"));
    }

    [Fact]
    public void Any_changed_character_is_noticed()
    {
        using var box = SecretBox.OpenOrCreate(KeyFile);
        var sealedSecret = box.Seal("secret", "o");
        for (var at = 0; at < sealedSecret.Length; at++)
        {
            var changed = sealedSecret.ToCharArray();
            changed[at] = changed[at] == 'A' ? 'Q' : 'A'; // differs in bits that count, whatever the base64 padding
            Assert.ThrowsAny<CryptographicException>(() => box.Open(new string(changed), "o"));
        }
        Assert.ThrowsAny<CryptographicException>(() => box.Open("v1:AAAA", "o"));
    }

    [Fact]
    public void Sealing_twice_gives_two_texts()
    {
        using var box = SecretBox.OpenOrCreate(KeyFile);
        Assert.NotEqual(box.Seal("secret", "o"), box.Seal("secret", "o"));
    }

    [Fact]
    public void The_key_file_is_the_owners_alone()
    {
        using var box = SecretBox.OpenOrCreate(KeyFile);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Equal([KeyFile], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_file_that_is_no_key_is_refused_with_what_to_do()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(KeyFile, "not a key");
        var thrown = Assert.Throws<InvalidDataException>(() => SecretBox.OpenOrCreate(KeyFile));
        Assert.Contains("backup", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_that_start_at_once_agree_on_one_key()
    {
        for (var round = 0; round < 200; round++)
        {
            var file = $"{KeyFile}{round}";
            using var start = new Barrier(4);
            var sealedSecrets = await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(TestContext.Current.CancellationToken);
                    using var box = SecretBox.OpenOrCreate(file);
                    return box.Seal($"secret {n}", "o");
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            using var later = SecretBox.OpenOrCreate(file);
            for (var n = 0; n < sealedSecrets.Length; n++) Assert.Equal($"secret {n}", later.Open(sealedSecrets[n], "o"));
        }
    }
}
