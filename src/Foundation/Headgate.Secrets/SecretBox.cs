using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Headgate.Secrets;

/// <summary>
/// Seals short secrets (CHAP secrets, array passwords) for storage: AES-256-GCM with a random nonce, and the name of
/// what the secret belongs to as associated data, so that a sealed value moved to another row does not open.
/// </summary>
/// <remarks>Sealed form: <c>v1:</c> and base64 of nonce (12 bytes), tag (16), cipher text.</remarks>
public sealed partial class SecretBox : IDisposable
{
    private const string Prefix = "v1:";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;

    private readonly AesGcm _cipher;

    private SecretBox(ReadOnlySpan<byte> key) => _cipher = new AesGcm(key, TagBytes);

    /// <summary>
    /// Opens the key file at <paramref name="path"/>, or makes one (32 random bytes, mode 0600) if there is none. Two
    /// processes that start at once agree on one key: the file is linked into place whole, and only the first wins.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is not a key of this program.</exception>
    public static SecretBox OpenOrCreate(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path)) CreateKey(path);
        var key = File.ReadAllBytes(path);
        if (key.Length != KeyBytes)
            throw new InvalidDataException(
                $"The key file {path} has {key.Length} bytes instead of {KeyBytes}. Restore it from the backup that " +
                "belongs to this data folder; without it the stored secrets cannot be opened.");
        var box = new SecretBox(key);
        CryptographicOperations.ZeroMemory(key);
        return box;
    }

    /// <summary>Seals <paramref name="secret"/> for <paramref name="owner"/> (for example <c>pool/7/password</c>).</summary>
    public string Seal(string secret, string owner)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentException.ThrowIfNullOrEmpty(owner);
        var plain = Encoding.UTF8.GetBytes(secret);
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        lock (_cipher)
        {
            _cipher.Encrypt(
                box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes),
                Encoding.UTF8.GetBytes(owner));
        }
        CryptographicOperations.ZeroMemory(plain);
        return Prefix + Convert.ToBase64String(box);
    }

    /// <summary>Opens what <see cref="Seal"/> made for the same <paramref name="owner"/>.</summary>
    /// <exception cref="CryptographicException">Wrong key, wrong owner, or a damaged value.</exception>
    public string Open(string sealedSecret, string owner)
    {
        ArgumentNullException.ThrowIfNull(sealedSecret);
        ArgumentException.ThrowIfNullOrEmpty(owner);
        if (!sealedSecret.StartsWith(Prefix, StringComparison.Ordinal))
            throw new CryptographicException($"The stored secret of {owner} is not in a known sealed form.");
        byte[] box;
        try
        {
            box = Convert.FromBase64String(sealedSecret[Prefix.Length..]);
        }
        catch (FormatException)
        {
            throw new CryptographicException($"The stored secret of {owner} is damaged.");
        }
        if (box.Length < NonceBytes + TagBytes) throw new CryptographicException($"The stored secret of {owner} is damaged.");
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        lock (_cipher)
        {
            _cipher.Decrypt(
                box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), plain,
                Encoding.UTF8.GetBytes(owner));
        }
        var text = Encoding.UTF8.GetString(plain);
        CryptographicOperations.ZeroMemory(plain);
        return text;
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();

    private static void CreateKey(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(draft, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(KeyBytes));
            file.Flush(flushToDisk: true);
        }
        // Not File.Move: that looks whether the file is there and then renames, so two at once can both believe to be first.
        var isFirst = Link(draft, path) == 0;
        var errno = Marshal.GetLastPInvokeError();
        File.Delete(draft);
        if (!isFirst && errno != FileExists) // else another process was first; its key is the key
            throw new IOException($"The key file {path} could not be made: {Marshal.GetPInvokeErrorMessage(errno)}.");
    }

    private const int FileExists = 17; // EEXIST

    // link(2): the one call that gives a whole file a name only when nobody has that name.
    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
