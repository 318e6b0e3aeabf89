using Headgate.Primitives;

namespace Headgate.DiskImages;

/// <summary>Why an image cannot be had or used. The codes are stable.</summary>
internal static class ImageFaults
{
    public static Fault TooLarge(string what, ByteSize most) => Fix(
        "image-too-large", $"{what}; at most {most} are taken. Use a smaller image.");

    public static Fault Empty() => Fix("image-empty", "The image has no byte. Check where it comes from.");

    public static Fault Checksum(string asked, string found) => Fix(
        "checksum-mismatch", $"The image was to have sha256:{asked}, but what came has sha256:{found}. Check the checksum and where the image comes from; nothing of it was used.");

    public static Fault Format(string looksLike) => Fix(
        "image-format-unsupported", $"The image looks like {looksLike}; raw and qcow2 are taken. Convert or unpack it first, for example with qemu-img convert -O qcow2.");

    public static Fault NotThatFormat(string asked, string found) => Fix(
        "image-format-mismatch", $"The image was to be {asked}, but it is {found}. Leave the format out, or give the right one.");

    public static Fault BackingFile() => Fix(
        "image-has-backing-file", "The qcow2 image builds on another file (a backing file), which would be looked for on this server. Flatten it with qemu-img convert and register the result.");

    public static Fault ExternalData() => Fix(
        "image-has-external-data", "The qcow2 image keeps its data in another file, which would be looked for on this server. Put all into one file with qemu-img convert and register the result.");

    public static Fault Encrypted() => Fix(
        "image-encrypted", "The qcow2 image is encrypted, and nobody here has its key. Register one that is not.");

    public static Fault Corrupt(string what) => Fix(
        "image-corrupt", $"The image is damaged or cut off: {what} Fetch it again, and give its checksum.");

    public static Fault UrlInvalid(string why) => Fix("url-invalid", $"The image cannot be fetched from there: {why}");

    public static Fault UrlRefused(string host, int status) => Fix(
        "url-refused", $"{host} answered {status} when it was asked for the image. Check the address.");

    public static Fault UrlUnreachable(string host, string why) => new(
        "url-unreachable", $"The image could not be fetched from {host}: {why} Check that this server reaches it.", Recovery.RetryWithBackoff);

    public static Fault StoreFull(ByteSize free, ByteSize keep) => Ask(
        "image-store-full", $"The image store has {free} free, and {keep} must stay free. Delete templates, or give it a larger disk.");

    public static Fault NoRoom(ByteSize need, ByteSize room) => Ask(
        "image-store-full", $"The image needs up to {need} in the image store when it is unpacked, and {room} can be had. Delete templates, or give the store a larger disk.");

    public static Fault AccountFull(ByteSize need, ByteSize has, ByteSize most) => Fix(
        "image-quota-exceeded", $"The image needs up to {need} in the image store, the account's other images take {has}, and {most} is the most. Delete templates, or use a smaller image.");

    public static Fault StoreUnusable(string why) => Ask(
        "image-store-unusable", $"The image store of this server cannot be used: {why}");

    public static Fault NotThere() => Ask("image-lost", "The image is not in this server's store any more. Delete the template and register it again.");

    public static Fault QemuImgMissing() => Ask(
        "qemu-img-missing", "qemu-img is not on this server, and a qcow2 image cannot be unpacked without it. Install it (Debian: apt-get install qemu-utils), or register a raw image.");

    public static Fault BoundsMissing() => Ask(
        "qemu-img-missing", "timeout and prlimit are not on this server, and qemu-img is not run without their bounds. Install them (Debian: apt-get install coreutils util-linux).");

    public static Fault QemuImgFailed(string what, string said) => Ask("qemu-img-failed", $"qemu-img could not {what} the image: {said}");

    public static Fault SenderTooSlow(string why) => Fix("image-timeout", $"The image came too slowly: {why} Nothing of it was kept.");

    public static Fault TooSlow(string what, TimeSpan after) => Fix(
        "image-timeout", $"{what} the image took longer than {after}; it was given up.");

    private static Fault Fix(string code, string message) => new(code, message, Recovery.FixRequest);

    private static Fault Ask(string code, string message) => new(code, message, Recovery.AskOperator);
}
