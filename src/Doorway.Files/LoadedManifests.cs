using System.Security.Cryptography;
using System.Text;
using Usher.Doorway.Files.Sources;
using Usher.Model.Desired;

namespace Usher.Doorway.Files;

/// <summary>What one load found.</summary>
/// <param name="Resources">The objects without errors.</param>
/// <param name="Digest">Of every byte that was read: the same when nothing was saved in between.</param>
/// <param name="Places">The files and folders that were looked at, as absolute paths.</param>
public sealed record LoadedManifests(IReadOnlyList<Resource> Resources, string Digest, IReadOnlySet<string> Places)
{
    internal static string DigestOf(IReadOnlyList<SourceText> files, ErrorList errors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            Add(file.FullPath ?? "");
            Add(file.Text);
        }

        // A file that is gone or can't be read is a change too.
        foreach (var error in errors.All) Add(error.ToString());
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(string text)
        {
            hash.AppendData(BitConverter.GetBytes(text.Length));
            hash.AppendData(Encoding.UTF8.GetBytes(text));
        }
    }
}
