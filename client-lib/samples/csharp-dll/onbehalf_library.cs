// onbehalf.dll's functions (docs/c-abi.md) for C#, to take into a project with <AllowUnsafeBlocks>. onbehalf.dll
// belongs beside the program. onbehalf.h says of each function what it takes, gives and waits for.
//
//     nint client;
//     if (OnBehalfLibrary.onbehalf_connect(0, out client) != OnBehalfStatus.Ok)
//     {
//         throw OnBehalfException.Last();
//     }
//
//     nint result;
//     OnBehalfLibrary.onbehalf_call(client, "identity.whoami", null, -1, 0, out result, out _);
//     Console.WriteLine(Marshal.PtrToStringUTF8(result));
//     OnBehalfLibrary.onbehalf_free_string(result);
//     OnBehalfLibrary.onbehalf_free_client(client);
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

public enum OnBehalfStatus
{
    Ok = 0,
    RpcError = 1,
    WindowsError = 2,
    ConnectionError = 3,
    NotTrusted = 4,
    Timeout = 5,
    Cancelled = 6,
    InvalidArgument = 7,
    OutOfMemory = 8,
    InternalError = 9,
}

// onbehalf_options. Texts are UTF-8 and end with NUL: Marshal.StringToCoTaskMemUTF8.
[StructLayout(LayoutKind.Sequential)]
public struct OnBehalfOptions
{
    public uint Size;
    public int Level;
    public int Trust;
    public uint ConnectTimeoutMs;
    public uint CallTimeoutMs;
    public uint FirstBackoffMs;
    public uint LongestBackoffMs;
    public uint Reserved;
    public ulong MaxAnswerBytes;
    public nint Pipe;
    public nint Server;
    public nint Service;
}

// onbehalf_call_options. Progress is an OnBehalfProgress: Marshal.GetFunctionPointerForDelegate.
[StructLayout(LayoutKind.Sequential)]
public struct OnBehalfCallOptions
{
    public uint Size;
    public uint TimeoutMs;
    public uint Flags;
    public uint Reserved;
    public nint Progress;
    public nint ProgressUser;
}

// onbehalf_error.
[StructLayout(LayoutKind.Sequential)]
public struct OnBehalfError
{
    public uint Size;
    public OnBehalfStatus Status;
    public int Code;
    public uint Reserved;
    public nint Name;
    public nint Message;
    public nint Data;
    public long DataLength;
}

// The callbacks. A delegate that the library was given must live until the last call of it: a field holds it, not an
// expression. No exception may leave one.
[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
public delegate void OnBehalfProgress(nint user, nint value, long valueLength);

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
public delegate void OnBehalfDone(nint user, OnBehalfStatus status, nint result, long resultLength, nint error);

[UnmanagedFunctionPointer(CallingConvention.Cdecl)]
public delegate void OnBehalfNotification(nint user, nint method, nint parameters, long parametersLength);

// What the service, Windows or the library said.
public sealed class OnBehalfException : Exception
{
    private OnBehalfException(OnBehalfError error)
        : base(Marshal.PtrToStringUTF8(error.Message))
    {
        this.Status = error.Status;
        this.Code = error.Code;
        this.Name = Marshal.PtrToStringUTF8(error.Name) ?? string.Empty;
        this.Json = Marshal.PtrToStringUTF8(error.Data);
    }

    public OnBehalfStatus Status { get; }

    // Of the service, Windows or ONBEHALF_CONNECTION_...
    public int Code { get; }

    public string Name { get; }

    // What the service sent as the error's data; null if it sent none.
    public string? Json { get; }

    // Of the last function that this thread has called.
    public static OnBehalfException Last() => From(OnBehalfLibrary.onbehalf_last_error());

    // Of what a callback was given.
    public static OnBehalfException From(nint error) => new(Marshal.PtrToStructure<OnBehalfError>(error));
}

public static partial class OnBehalfLibrary
{
    public const uint Idempotent = 1;

    private const string Library = "onbehalf.dll";

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint onbehalf_version();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial uint onbehalf_abi_version();

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint onbehalf_last_error();

    // Without options: pass 0 to the other one.
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_connect(in OnBehalfOptions options, out nint client);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_connect(nint options, out nint client);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_call(
        nint client, string method, string? parameters, long parametersLength, in OnBehalfCallOptions options,
        out nint result, out long resultLength);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_call(
        nint client, string method, string? parameters, long parametersLength, nint options, out nint result,
        out long resultLength);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_call_async(
        nint client, string method, string? parameters, long parametersLength, in OnBehalfCallOptions options,
        OnBehalfDone done, nint user, out nint request);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_cancel(nint request);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void onbehalf_free_request(nint request);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_notify(
        nint client, string method, string? parameters, long parametersLength);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_on_notification(
        nint client, OnBehalfNotification? handler, nint user);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int onbehalf_is_connected(nint client);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial OnBehalfStatus onbehalf_close(nint client);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void onbehalf_free_client(nint client);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void onbehalf_free_string(nint text);
}
