//! A Parquet file that is filled row by row: a row is a struct, declared once with what each column means.
//!
//! Stands alone so that tables say what they hold and nothing of how it is stored. Rows are gathered column by column and
//! written in groups of a fixed number, so that memory does not grow with a trace. Must not know traces.

use crate::export::ExportError;
use parquet::basic::{Compression, IntType, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::Result as ParquetResult;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows of a table.
pub(super) trait Row {
    const TABLE: &'static str;
    /// What one row is.
    const WHAT: &'static str;
    /// Name, kind and meaning, in the order of [`Row::put`].
    const COLUMNS: &'static [(&'static str, Kind, &'static str)];

    /// Append each field to its column.
    fn put(self, columns: &mut [Column]);
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    values: Values,
    optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    Bool,
    I32,
    U32,
    I64,
    U64,
    F64,
    Text,
}

/// A value that can stand in a cell.
pub(super) trait Cell {
    const KIND: Kind;

    fn put(self, column: &mut Column);
}

/// The values of one column of the rows that wait to be written.
pub(super) struct Column {
    cells: Cells,
    /// 1 = there is a value, 0 = there is none; empty for columns that always have one.
    levels: Vec<i16>,
}

enum Cells {
    Bool(Vec<bool>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    F64(Vec<f64>),
    Text(Vec<ByteArray>),
}

impl Column {
    fn new(kind: Kind) -> Column {
        let cells = match kind.values {
            Values::Bool => Cells::Bool(Vec::new()),
            Values::I32 | Values::U32 => Cells::I32(Vec::new()),
            Values::I64 | Values::U64 => Cells::I64(Vec::new()),
            Values::F64 => Cells::F64(Vec::new()),
            Values::Text => Cells::Text(Vec::new()),
        };
        Column { cells, levels: Vec::new() }
    }
}

/// One line per type: its kind, the vector it goes to, and how.
macro_rules! cells {
    ($($type:ty: $values:ident in $cells:ident, |$value:ident| $into:expr;)+) => {
        $(impl Cell for $type {
            const KIND: Kind = Kind { values: Values::$values, optional: false };

            fn put(self, column: &mut Column) {
                let $value = self;
                match &mut column.cells {
                    Cells::$cells(cells) => cells.push($into),
                    _ => unreachable!("a column is made for its kind of cell"),
                }
            }
        })+
    };
}

cells! {
    bool: Bool in Bool, |value| value;
    i32: I32 in I32, |value| value;
    u32: U32 in I32, |value| value as i32;
    i64: I64 in I64, |value| value;
    u64: U64 in I64, |value| value as i64;
    f64: F64 in F64, |value| value;
    String: Text in Text, |value| ByteArray::from(value.into_bytes());
    &'static str: Text in Text, |value| ByteArray::from(value);
    Arc<str>: Text in Text, |value| ByteArray::from(&*value);
}

impl<T: Cell> Cell for Option<T> {
    const KIND: Kind = Kind { values: T::KIND.values, optional: true };

    fn put(self, column: &mut Column) {
        column.levels.push(i16::from(self.is_some()));
        if let Some(value) = self {
            value.put(column);
        }
    }
}

/// Declares rows: the comment on the struct and on each field is written into the file.
macro_rules! rows {
    ($(
        #[doc = $what:literal]
        $row:ident in $table:literal { $( $(#[doc = $meaning:literal])+ $field:ident: $type:ty, )+ }
    )+) => {
        $(
            #[doc = $what]
            pub(in crate::export::parquet) struct $row {
                $( $(#[doc = $meaning])+ pub(in crate::export::parquet) $field: $type, )+
            }

            impl $crate::export::parquet::table::Row for $row {
                const TABLE: &'static str = $table;
                const WHAT: &'static str = $what;
                const COLUMNS: &'static [(&'static str, $crate::export::parquet::table::Kind, &'static str)] =
                    &[$((stringify!($field), <$type as $crate::export::parquet::table::Cell>::KIND, concat!($($meaning),+))),+];

                fn put(self, columns: &mut [$crate::export::parquet::table::Column]) {
                    let mut columns = columns.iter_mut();
                    $($crate::export::parquet::table::Cell::put(self.$field, columns.next().expect("one per field"));)+
                }
            }
        )+
    };
}
pub(super) use rows;

/// A file in the making.
pub(super) struct Table<R: Row> {
    path: PathBuf,
    writer: SerializedFileWriter<File>,
    columns: Vec<Column>,
    waiting: usize,
    rows: u64,
    _of: std::marker::PhantomData<R>,
}

impl<R: Row> Table<R> {
    /// Begins `dir/<table>.parquet`.
    pub(super) fn create(dir: &Path) -> Result<Table<R>, ExportError> {
        let path = dir.join(format!("{}.parquet", R::TABLE));
        let file = File::create(&path).map_err(|error| ExportError::at(&path, error))?;
        let opened = || SerializedFileWriter::new(file, schema::<R>()?, Arc::new(properties::<R>()?));
        let writer = opened().map_err(|error| ExportError::at(&path, error))?;
        let columns = R::COLUMNS.iter().map(|(_, kind, _)| Column::new(*kind)).collect();
        Ok(Table { path, writer, columns, waiting: 0, rows: 0, _of: std::marker::PhantomData })
    }

    pub(super) fn push(&mut self, row: R) -> Result<(), ExportError> {
        row.put(&mut self.columns);
        self.waiting += 1;
        self.rows += 1;
        if self.waiting == GROUP_ROWS { self.write_group() } else { Ok(()) }
    }

    /// Ends the file; returns its path and number of rows.
    pub(super) fn finish(mut self) -> Result<(PathBuf, u64), ExportError> {
        if self.waiting > 0 {
            self.write_group()?;
        }
        self.writer.close().map_err(|error| ExportError::at(&self.path, error))?;
        Ok((self.path, self.rows))
    }

    fn write_group(&mut self) -> Result<(), ExportError> {
        self.waiting = 0;
        write_group(&mut self.writer, &mut self.columns).map_err(|error| ExportError::at(&self.path, error))
    }
}

fn write_group(writer: &mut SerializedFileWriter<File>, columns: &mut [Column]) -> ParquetResult<()> {
    let mut group = writer.next_row_group()?;
    for column in columns {
        let mut to = group.next_column()?.expect("the schema has as many columns");
        let levels = (!column.levels.is_empty()).then_some(column.levels.as_slice());
        match (to.untyped(), &mut column.cells) {
            (ColumnWriter::BoolColumnWriter(to), Cells::Bool(cells)) => to.write_batch(cells, levels, None)?,
            (ColumnWriter::Int32ColumnWriter(to), Cells::I32(cells)) => to.write_batch(cells, levels, None)?,
            (ColumnWriter::Int64ColumnWriter(to), Cells::I64(cells)) => to.write_batch(cells, levels, None)?,
            (ColumnWriter::DoubleColumnWriter(to), Cells::F64(cells)) => to.write_batch(cells, levels, None)?,
            (ColumnWriter::ByteArrayColumnWriter(to), Cells::Text(cells)) => to.write_batch(cells, levels, None)?,
            _ => unreachable!("the schema was made of the same kinds"),
        };
        to.close()?;
        column.clear();
    }
    group.close()?;
    Ok(())
}

impl Column {
    fn clear(&mut self) {
        self.levels.clear();
        match &mut self.cells {
            Cells::Bool(cells) => cells.clear(),
            Cells::I32(cells) => cells.clear(),
            Cells::I64(cells) => cells.clear(),
            Cells::F64(cells) => cells.clear(),
            Cells::Text(cells) => cells.clear(),
        }
    }
}

fn schema<R: Row>() -> ParquetResult<TypePtr> {
    let fields: ParquetResult<Vec<TypePtr>> =
        R::COLUMNS.iter().map(|(name, kind, _)| column_type(name, *kind)).collect();
    Ok(Arc::new(Type::group_type_builder(R::TABLE).with_fields(fields?).build()?))
}

fn column_type(name: &str, kind: Kind) -> ParquetResult<TypePtr> {
    let unsigned = |bit_width| Some(LogicalType::Integer(IntType { bit_width, is_signed: false }));
    let (physical, logical) = match kind.values {
        Values::Bool => (Physical::BOOLEAN, None),
        Values::I32 => (Physical::INT32, None),
        Values::U32 => (Physical::INT32, unsigned(32)),
        Values::I64 => (Physical::INT64, None),
        Values::U64 => (Physical::INT64, unsigned(64)),
        Values::F64 => (Physical::DOUBLE, None),
        Values::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let repetition = if kind.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let column = Type::primitive_type_builder(name, physical).with_repetition(repetition).with_logical_type(logical);
    Ok(Arc::new(column.build()?))
}

/// zstd, and in the file's metadata what it is and what each column means.
fn properties<R: Row>() -> ParquetResult<WriterProperties> {
    let column = |(name, _, meaning): &(&str, Kind, &str)| format!("{name}:{meaning}");
    let columns = R::COLUMNS.iter().map(column).collect::<Vec<_>>().join("\n");
    let metadata = vec![
        KeyValue::new("tickshot.schema".to_owned(), SCHEMA.to_string()),
        KeyValue::new("tickshot.table".to_owned(), R::WHAT.trim().to_owned()),
        KeyValue::new("tickshot.columns".to_owned(), columns),
    ];
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_created_by(format!("tickshot-trace {}", env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(metadata))
        .build())
}

/// Version of all tables: grows when a column changes its meaning or goes.
pub(super) const SCHEMA: u32 = 1;
/// Rows that are held before they are written: some 10 MB of the widest table.
const GROUP_ROWS: usize = 65_536;
const ZSTD_LEVEL: i32 = 3;
