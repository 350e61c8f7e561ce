using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Usher.Model.Desired;
using Usher.Model.Road;
using Usher.Model.Secrets;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary><c>auth-type: basic</c>: requests without a user's name and password are answered with 401 (ingress-nginx documentation, Authentication). No record, so that nothing prints the hashes.</summary>
internal sealed class BasicAuthRule
{
    /// <summary>So many pairs of user and password are remembered: bcrypt takes its time by intention, and a decision is told by deciding again.</summary>
    private const int MostKnown = 1000;

    private readonly FrozenDictionary<string, string> users;
    private readonly ConcurrentDictionary<string, bool> known = new(StringComparer.Ordinal);

    private BasicAuthRule(string realm, string secret, FrozenDictionary<string, string> users) => (Realm, Secret, this.users) = (realm, secret, users);

    /// <summary><c>auth-realm</c>.</summary>
    internal string Realm { get; }

    /// <summary>The Secret with the users, <c>namespace/name</c>.</summary>
    internal string Secret { get; }

    internal static BasicAuthRule? Read(SettingReader reader, CompileContext context, Resource<V1Ingress> ingress, NginxConfig config)
    {
        var name = reader.Text("auth-secret");
        var kind = reader.Text("auth-secret-type") ?? "auth-file";
        var realm = reader.Text("auth-realm") ?? "";
        if (kind is not ("auth-file" or "auth-map")) reader.Wrong("auth-secret-type", kind, "auth-file or auth-map is wanted");
        if (realm.Any(c => c is < ' ' or '"' or '\\')) reader.Wrong("auth-realm", realm, "a text without quotes is wanted");
        switch (reader.Text("auth-type"))
        {
            case null: return null;
            case "basic": break;
            case var other:
                reader.Wrong("auth-type", other, other == "digest" ? "only basic is supported yet" : "basic is wanted");
                return null;
        }

        if (name is null)
        {
            reader.Wrong("auth-type", "basic", "auth-secret is wanted with it");
            return null;
        }

        return new NamedSecret(reader, context, ingress, config).Find("auth-secret", name, ingress.Key.Namespace, ns => $"there is no such Secret in namespace {ns}") is { } secret
            ? new BasicAuthRule(Octets.Of(realm), secret.Key.Short, Users(context, secret, kind)) : null;
    }

    /// <summary>Why a request is turned away; null when its user may come.</summary>
    internal string? Denies(RequestFacts facts)
    {
        if (BasicCredentials.Of(facts, out var problem) is not { } sent) return problem;
        var pair = Encoding.UTF8.GetString(sent);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (!users.TryGetValue(pair[..colon], out var hash)) return $"Secret {Secret} has no user '{pair[..colon]}'";
        return Matches(hash, pair) ? null : $"the password of user '{pair[..colon]}' isn't that in Secret {Secret}";
    }

    private bool Matches(string hash, string pair)
    {
        var password = pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
        if (!SystemCrypt.Takes(hash)) return PasswordHash.Matches(hash, password);
        // Not the password itself, which nothing keeps.
        var digest = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(pair)));
        if (known.TryGetValue(digest, out var matches)) return matches;
        if (known.Count >= MostKnown) known.Clear();
        return known[digest] = PasswordHash.Matches(hash, password);
    }

    /// <summary>The lines of an htpasswd file under <c>auth</c>, or one user for each key.</summary>
    private static FrozenDictionary<string, string> Users(CompileContext context, Resource<V1Secret> secret, string kind)
    {
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        if (kind == "auth-map")
        {
            foreach (var key in TlsSecret.KeysOf(secret.Value)) Add(key, Encoding.UTF8.GetString(secret.Value.ValueOf(key)!).Trim(), $"data.{key}");
        }
        else if (secret.Value.ValueOf("auth") is { } file)
        {
            foreach (var line in Encoding.UTF8.GetString(file).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => l[0] != '#'))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                Add(colon < 0 ? "" : line[..colon], line[(colon + 1)..].Split(':')[0], "data.auth");
            }
        }
        else context.Errors.Add(secret, "data", "has no auth, the file of users that auth-secret wants (auth-secret-type: auth-map for one user under each key)");
        return users.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(string user, string hash, string field)
        {
            // Never the hash itself.
            if (user.Length == 0) context.Errors.Add(secret, field, "has a line that isn't USER:HASH");
            else if (!PasswordHash.IsKnown(hash)) context.Errors.Add(secret, field, $"user '{user}': {PasswordHash.Wanted}");
            else users.TryAdd(user, hash);
        }
    }
}
