using System.Runtime.InteropServices;

namespace Usher.Ingress;

/// <summary>
/// crypt of the machine's libcrypt, for the hashes that nginx leaves to its own: DES, bcrypt and SHA-2. What ingress-nginx's image has is musl's, which takes no <c>$2b$</c> and no yescrypt.
/// </summary>
internal static partial class SystemCrypt
{
    private const string Library = "libcrypt.so.1";
    private static readonly Lazy<bool> There = new(() => NativeLibrary.TryLoad(Library, out _));

    /// <summary>Whether the machine has it.</summary>
    internal static bool IsThere => There.Value;

    /// <summary>Whether a hash is one of those.</summary>
    internal static bool Takes(string hash) =>
        hash.StartsWith("$5$", StringComparison.Ordinal) || hash.StartsWith("$6$", StringComparison.Ordinal) || (hash.Length == 60 && hash.StartsWith("$2", StringComparison.Ordinal) && hash[2] is 'a' or 'x' or 'y' && hash[3] == '$')
        || (hash.Length == 13 && hash.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '/'));

    /// <summary>The hash of a password with the salt of another; null when there is none.</summary>
    internal static string? Hash(string password, string setting)
    {
        if (password.Contains('\0', StringComparison.Ordinal)) return null;
        nint data = 0;
        var size = 0;
        var text = crypt_ra(password, setting, ref data, ref size);
        var hash = text == 0 ? null : Marshal.PtrToStringUTF8(text);
        // The hash lies in there.
        free(data);
        return hash;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint crypt_ra(string phrase, string setting, ref nint data, ref int size);

    [LibraryImport("libc")]
    private static partial void free(nint data);
}
